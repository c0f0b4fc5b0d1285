package corpus

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/seed"
)

var (
	places = flag.Int("places", 50, "how many cuts and how many flips are tried of each seed")
	chance = flag.Uint64("chance", 1, "where the random numbers start")
)

// damaged are the questions put to damaged files, in turn: all pixels, fewer of
// them, some of the first, in another order, and of every frame.
var damaged = []question{
	{"fm=png", format.PNG, func(w, h int) (int, int) { return w, h }},
	{"w=20&fm=png", format.PNG, width(20)},
	{"rect=0,0,40,20&fm=png", format.PNG, func(w, h int) (int, int) { return min(w, 40), min(h, 20) }},
	{"rot=90&w=30&fm=png", format.PNG, nil},
	{"h=20&fm=gif", format.GIF, height(20)},
}

// TestDamage cuts and flips originals of every kind. Each answer is the right
// image or a problem, and of problems nothing is stored, as [bed.ask] checks.
func TestDamage(t *testing.T) {
	images, err := seed.Images()
	if err != nil {
		t.Fatal(err)
	}
	d := &damager{bed: newBed(t, t.TempDir())}
	t.Run("images", func(t *testing.T) {
		for _, img := range images {
			t.Run(img.Name, func(t *testing.T) {
				t.Parallel()
				d.damage(t, img, *places, damaged)
			})
		}
		for _, img := range samples(t) { // whose megapixels take a second
			t.Run(img.Name, func(t *testing.T) {
				t.Parallel()
				d.damage(t, img, *places/10, damaged[1:3])
			})
		}
	})
	t.Logf("%d cut: %d answered, %d refused; %d flipped: %d answered, %d refused", d.cuts.all(), d.cuts.answered, d.cuts.refused, d.flips.all(), d.flips.answered, d.flips.refused)
}

// samples are the pictures that the service brings along.
func samples(t *testing.T) (images []seed.Image) {
	t.Helper()
	files, err := fs.Glob(sample.Originals(), "*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := fs.ReadFile(sample.Originals(), name)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, seed.Image{Name: name, Format: format.Sniff(data), Data: data})
	}
	return images
}

// damager counts the answers to damaged files.
type damager struct {
	*bed
	mu          sync.Mutex
	cuts, flips answers
}

type answers struct{ answered, refused int }

func (a answers) all() int { return a.answered + a.refused }

func (d *damager) count(a *answers, status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if status == http.StatusOK {
		a.answered++
	} else {
		a.refused++
	}
}

// damage cuts and flips an image at random places, as many of each, and puts
// one of the questions to each file.
func (d *damager) damage(t *testing.T, img seed.Image, places int, questions []question) {
	r := rand.New(rand.NewPCG(*chance, 0))
	d.write(t, img.Name, img.Data)
	whole := map[string]answer{}
	for _, q := range questions {
		whole[q.query] = d.ask(t, img.Name, q.query)
		if whole[q.query].status != http.StatusOK {
			t.Fatalf("%s: the whole image is refused: %s", q.query, whole[q.query].body)
		}
	}
	for i := range places {
		q := questions[i%len(questions)]
		at := r.IntN(len(img.Data))
		d.count(&d.cuts, d.cut(t, img, at, q, whole[q.query]))
		d.count(&d.flips, d.flip(t, img, at, byte(1+r.IntN(255)), q, whole[q.query]))
	}
}

// cut asks for a file that was cut off: it is refused, or what is missing was
// not needed, and the answer is the same to the bit as that of the whole file.
func (b *bed) cut(t *testing.T, img seed.Image, at int, q question, whole answer) (status int) {
	t.Helper()
	name := fmt.Sprintf("%s.cut-%d", img.Name, at)
	b.write(t, name, img.Data[:at])
	a := b.ask(t, name, q.query)
	if a.status == http.StatusOK && !bytes.Equal(a.body, whole.body) {
		t.Errorf("%s: %s is answered by another image than all of the file", q.query, name)
	}
	return a.status
}

// flip asks for a file of which one byte is another. A PNG's checksums tell;
// the other formats have none, and a decoder can't know a colour from another:
// there, the answer is an image as the file's own header says that it is.
func (b *bed) flip(t *testing.T, img seed.Image, at int, mask byte, q question, whole answer) (status int) {
	t.Helper()
	flipped := bytes.Clone(img.Data)
	flipped[at] ^= mask
	name := fmt.Sprintf("%s.flip-%d-%02x", img.Name, at, mask)
	b.write(t, name, flipped)
	a := b.ask(t, name, q.query)
	switch {
	case a.status != http.StatusOK:
	case img.Format == format.PNG:
		if !bytes.Equal(a.body, whole.body) {
			t.Errorf("%s: %s is answered by another image than the sound file", q.query, name)
		}
	default:
		if info := infoOf(t, b.ask(t, name, "fm=json")); info != nil {
			b.judge(t, q, a, *info)
		} else {
			t.Errorf("%s: %s is answered, though fm=json is refused", q.query, name)
		}
	}
	return a.status
}

func (b *bed) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.originals, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
