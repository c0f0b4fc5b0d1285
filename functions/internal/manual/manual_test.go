package manual

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/serve"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

var update = flag.Bool("update", false, "write docs/options.md and its pictures anew")

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

const (
	docs     = "../../../docs"
	pictures = docs + "/options"
)

// docs/options.md says what the table says, and its pictures are what the
// service makes of the table's examples.
func TestManual(t *testing.T) {
	sections := options.Reference()
	service, pool := start(t)
	made := map[string]Picture{}
	wanted := map[string]bool{}
	for _, example := range Examples(sections) {
		picture, body := ask(t, service, example)
		if picture.Name == "" {
			made[example] = picture
			continue
		}
		wanted[picture.Name] = true
		file := filepath.Join(pictures, picture.Name)
		if *update {
			keep(t, file, body)
		}
		resemble(t, pool, file, body)
		picture.Bytes = len(read(t, file)) // not body's: encoders differ a little from one processor to another
		made[example] = picture
	}
	text := Write(read(t, "testdata/introduction.md"), sections, made)
	if *update {
		sweep(t, wanted)
		keep(t, docs+"/options.md", []byte(text))
	}
	if text != read(t, docs+"/options.md") {
		t.Error("docs/options.md is not what the table says: run go test ./internal/manual -update in functions")
	}
}

// Every option is shown at work.
func TestEveryOptionHasAnExample(t *testing.T) {
	for _, section := range options.Reference() {
		for _, entry := range section.Entries {
			examples := "&" + strings.NewReplacer("?", "&", "64=", "=").Replace(strings.Join(entry.Examples, "&"))
			for _, o := range entry.Options {
				if !strings.Contains(examples, "&"+o.Name+"=") {
					t.Errorf("%s: no example uses %s", section.Title, o.Name)
				}
			}
		}
	}
}

// start runs the service on the sample originals.
func start(t *testing.T) (*serve.Service, *worker.Pool) {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, sample.Originals()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(folder, "brand"), sample.Originals()); err != nil { // for mark-base
		t.Fatal(err)
	}
	originals, err := store.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := store.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	function, err := edge.New(edge.Stage{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { function.Close() })
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	pool, err := worker.NewPool(worker.Config{Size: 2, Fonts: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	images := delivery.New(delivery.Config{Originals: originals, Variants: variants, Worker: pool, Limits: engine.DefaultLimits, Log: log})
	return serve.New(serve.Config{Originals: originals, Variants: variants, Edge: function, Images: images, Log: log}), pool
}

// ask returns what the service answers to an example.
func ask(t *testing.T, service *serve.Service, example string) (Picture, []byte) {
	t.Helper()
	w := httptest.NewRecorder()
	service.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/"+escaped(example), nil))
	body := w.Body.Bytes()
	if w.Code != 200 {
		t.Fatalf("/%s: %d %s", example, w.Code, body)
	}
	f := format.Sniff(body)
	if f == "" {
		return Picture{Example: example, Text: string(body)}, nil
	}
	return Picture{Example: example, Name: FileName(example) + "." + string(f)}, body
}

// escaped is an example as a browser sends it, who lets people write as they do.
func escaped(example string) string {
	var b strings.Builder
	for _, c := range []byte(example) {
		if c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// resemble compares a picture with its file by pixels, not by bytes.
func resemble(t *testing.T, pool *worker.Pool, file string, body []byte) {
	t.Helper()
	want, got := decode(t, pool, []byte(read(t, file))), decode(t, pool, body)
	if want.Rect != got.Rect {
		t.Errorf("%s is %v, and the service makes %v", file, want.Rect, got.Rect)
		return
	}
	if ratio := psnr(want, got); ratio < 30 {
		t.Errorf("%s differs from what the service makes by %.1f dB", file, ratio)
	}
}

// decode returns an image's pixels, of an animation the first frame's. The
// worker makes a PNG of what Go can't decode.
func decode(t *testing.T, pool *worker.Pool, data []byte) *image.NRGBA {
	t.Helper()
	made, err := pool.Do(t.Context(), engine.Job{Options: "fm=png", Limits: engine.DefaultLimits}, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(made.Body))
	if err != nil {
		t.Fatal(err)
	}
	pixels := image.NewNRGBA(img.Bounds())
	draw.Draw(pixels, pixels.Rect, img, image.Point{}, draw.Src)
	return pixels
}

func psnr(a, b *image.NRGBA) float64 {
	sum := 0.0
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += d * d
	}
	if sum == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))/sum)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func keep(t *testing.T, file string, data []byte) {
	t.Helper()
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// sweep removes pictures of which there is no example any more.
func sweep(t *testing.T, wanted map[string]bool) {
	t.Helper()
	files, err := os.ReadDir(pictures)
	if err != nil {
		t.Fatal(fmt.Errorf("list the pictures: %w", err))
	}
	for _, file := range files {
		if !wanted[file.Name()] {
			os.Remove(filepath.Join(pictures, file.Name()))
		}
	}
}
