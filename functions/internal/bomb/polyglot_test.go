package bomb

import (
	"bytes"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

const (
	page   = "<!doctype html><script>alert(1)</script>"
	script = "*/=1;alert(1)"
	slash  = '/' | '*'<<8 // as a GIF's width it opens a comment in a script
)

// Whatever else an original is, and whatever it is called, its answer is an
// image and must be taken for one; and a variant has nothing of the rest.
func TestPolyglots(t *testing.T) {
	answer := serve(t, map[string][]byte{
		"page.html":  Polyglot(gradient(), page),
		"script.js":  Polyglot(GIF{slash, 1, 1, 1, 1, 1}.Encode(), script),
		"data.zip":   Polyglot(PNG{Width: 2, Height: 2, Depth: 8, Color: 2}.Encode(), "PK\x03\x04"),
		"photo.jpg":  []byte(page),
		"photo.webp": Polyglot([]byte("RIFF"), page),
		"photo.png":  SVG("<script>alert(1)</script>"),
	})
	for name, kind := range map[string]string{"page.html": "image/jpeg", "script.js": "image/gif", "data.zip": "image/png"} {
		original, variant := answer("/"+name+"/-/original"), answer("/"+name+"/-/w=2")
		for _, a := range []*httptest.ResponseRecorder{original, variant} {
			header := a.Header()
			if a.Code != http.StatusOK || header.Get("Content-Type") != kind || header.Get("X-Content-Type-Options") != "nosniff" ||
				header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
				t.Errorf("%s is answered with %d and %v, want %s", name, a.Code, header, kind)
			}
		}
		for _, rest := range []string{page, script, "PK\x03\x04"} {
			if bytes.Contains(variant.Body.Bytes(), []byte(rest)) {
				t.Errorf("a variant of %s holds %q", name, rest)
			}
		}
	}
	for _, name := range []string{"photo.jpg", "photo.webp", "photo.png"} {
		for _, path := range []string{"/" + name + "/-/original", "/" + name + "/-/w=2"} {
			a := answer(path)
			kind, _, err := mime.ParseMediaType(a.Header().Get("Content-Type"))
			if a.Code != http.StatusUnsupportedMediaType || kind != "application/problem+json" || err != nil {
				t.Errorf("%s is answered with %d, %s", path, a.Code, kind)
			}
		}
	}
}

// serve runs the image function over the originals. What it returns asks for
// a path.
func serve(t *testing.T, originals map[string][]byte) func(path string) *httptest.ResponseRecorder {
	t.Helper()
	folder := t.TempDir()
	for name, data := range originals {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, err := store.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := store.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	handler := delivery.New(delivery.Config{Originals: source, Variants: variants, Worker: pool, Limits: engine.DefaultLimits, Log: quiet})
	return func(path string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return recorder
	}
}
