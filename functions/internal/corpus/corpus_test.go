// Package corpus tries files that nobody made for the service: every file of
// a folder with many options, through the image function with a real worker.
//
//	go test ./internal/corpus -v -corpus ~/hostile-images
//
// Each answer must be the right image, or a problem with a status from 400
// to 499 within the deadline. Nothing may crash, hang or answer with an image
// of which a part is missing, and nothing but good variants may be stored.
// Without a folder it tries a few files of its own.
package corpus

import (
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

var folder = flag.String("corpus", "", "folder of files to try")

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

func TestCorpus(t *testing.T) {
	files := ownFiles(t)
	if *folder != "" {
		files = os.DirFS(*folder)
	}
	originals := t.TempDir()
	names := lay(t, files, originals)
	b := newBed(t, originals)
	var rows []row
	for _, name := range names {
		t.Run(name, func(t *testing.T) { rows = append(rows, b.try(t, name)) })
	}
	t.Log("\n" + table(rows))
}

// ownFiles are a photo, a drawing, an animation, and what is no image.
func ownFiles(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{
		"rose.png":  {Data: sample.Rose()},
		"empty.png": {},
		"page.html": {Data: []byte("<!doctype html><script>alert(1)</script>")},
		"noise.jpg": {Data: append([]byte("\xff\xd8\xff\xe0"), make([]byte, 999)...)},
	}
	for _, name := range []string{"dogs.jpg", "bloom.gif"} {
		data, err := fs.ReadFile(sample.Originals(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// half is what the first half of a file is called.
const half = ".half"

// lay writes each file, and its first half beside it, into a folder.
func lay(t *testing.T, files fs.FS, to string) (names []string) {
	t.Helper()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(path, "/", "_")
		names = append(names, name)
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name+half), data[:len(data)/2], 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

const (
	deadline = 25 * time.Second       // of one job
	patience = deadline + time.Second // of one request
)

// bed is the test bed: the image function on a folder, with TIFF and SVG
// switched on.
type bed struct {
	originals string // a folder
	handler   *delivery.Handler
	pool      *worker.Pool
	variants  *store.Disk
	limits    engine.Limits
}

func newBed(t *testing.T, originals string) *bed {
	t.Helper()
	folder, err := store.OpenFolder(originals)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := store.OpenDisk(filepath.Join(t.TempDir(), "variants"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{originals: originals, pool: newPool(t), variants: variants, limits: engine.DefaultLimits}
	b.limits.TIFF, b.limits.SVG = true, true
	b.handler = delivery.New(delivery.Config{
		Originals: folder,
		Variants:  variants,
		Worker:    b.pool,
		Limits:    b.limits,
		Log:       slog.New(slog.DiscardHandler),
	})
	return b
}

func newPool(t *testing.T) *worker.Pool {
	t.Helper()
	pool, err := worker.NewPool(worker.Config{Size: 2, Deadline: deadline, Fonts: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// try puts all questions to a file.
func (b *bed) try(t *testing.T, name string) row {
	r := row{name: name, refused: map[string]int{}}
	facts := b.ask(t, name, "fm=json")
	r.add(facts)
	info := infoOf(t, facts)
	r.format = info.describe()
	for _, q := range questions {
		a := b.ask(t, name, q.query)
		r.add(a)
		switch {
		case a.status != http.StatusOK || q.query == "": // without options the bytes are not looked into
		case info == nil:
			t.Errorf("%s is answered, though fm=json is refused: %s", q.query, facts.code)
		default:
			b.judge(t, q, a, *info)
		}
	}
	r.add(b.convert(t, name))
	if info != nil {
		b.compare(t, name, *info)
		b.tryHalf(t, name)
	}
	return r
}

func (i *info) describe() string {
	if i == nil {
		return "-"
	}
	return fmt.Sprintf("%s %dx%d", i.Format, i.Width, i.Height)
}
