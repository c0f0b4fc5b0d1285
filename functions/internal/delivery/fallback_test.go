package delivery

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/variant"
)

// withFallback is a service that shows none.png for what is missing.
func withFallback(t *testing.T, worker Worker) *service {
	t.Helper()
	s := start(t, worker, func(c *Config) { c.Fallback = "none.png" })
	var body bytes.Buffer
	if err := png.Encode(&body, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	s.write(t, "none.png", body.Bytes())
	return s
}

// What is missing is still missing, for whoever reads the status; it only
// looks like the fallback, with the options that were asked for.
func TestFallback(t *testing.T) {
	s := withFallback(t, realWorker(t))
	fallback, want := s.ask(t, "GET", "/none.png/-/fm=png,w=20")
	for _, test := range []struct {
		method, path string
		header       []string
	}{
		{"GET", "/gone.jpg/-/fm=png,w=20", nil},
		{"HEAD", "/gone.jpg/-/fm=png,w=20", nil},
		{"GET", "/gone.jpg/-/fm=png,w=20", []string{"If-None-Match", fallback.Header.Get("ETag")}},
	} {
		response, body := s.ask(t, test.method, test.path, test.header...)
		header := response.Header
		if response.StatusCode != http.StatusNotFound || header.Get("Content-Type") != "image/png" || header.Get("Cache-Control") != cacheFallback {
			t.Errorf("%s %s %q: %s %v", test.method, test.path, test.header, response.Status, header)
		}
		if header.Get("ETag") != "" || header.Get("X-Amz-Meta-Cache-Tag") != variant.Tag("gone.jpg")+","+variant.Tag("none.png") ||
			header.Get("Content-Security-Policy") == "" || response.ContentLength != int64(len(want)) {
			t.Errorf("%s %s: %v", test.method, test.path, header)
		}
		if test.method == "GET" && !bytes.Equal(body, want) || test.method == "HEAD" && len(body) > 0 {
			t.Errorf("%s %s: %d bytes, and the fallback has %d", test.method, test.path, len(body), len(want))
		}
	}
	if object, _ := s.stored(t, "gone.jpg/-/fm=png,w=20"); object != nil {
		t.Error("the fallback is stored as the missing original's variant")
	}
	original, _ := s.ask(t, "GET", "/none.png/-/original")
	response, _ := s.ask(t, "GET", "/gone.jpg/-/original")
	if response.StatusCode != http.StatusNotFound || response.ContentLength != original.ContentLength || response.Header.Get("Content-Type") != "image/png" {
		t.Errorf("without options: %s %v", response.Status, response.Header)
	}

	s.write(t, "gone.jpg", photo(t))
	if response, body := s.ask(t, "GET", "/gone.jpg/-/fm=png,w=20"); response.StatusCode != http.StatusOK || bytes.Equal(body, want) {
		t.Errorf("once the original is there: %s", response.Status)
	}
	s.Close()
	if log := s.log.String(); strings.Count(log, `"status":404`) != 4 || strings.Contains(log, "not shown") {
		t.Errorf("the log of four requests for what is missing: %s", log)
	}
}

// Where the fallback can't be shown, or is no answer, the problem is the one
// that there is without it.
func TestNoFallback(t *testing.T) {
	s := withFallback(t, realWorker(t))
	s.write(t, "text.jpg", []byte("no image at all"))
	for path, code := range map[string]problem.Code{
		"/gone.jpg/-/fm=json":     problem.NotFound,
		"/gone.jpg/-/palette=css": problem.NotFound,
		"/gone.jpg/-/w=0020":      problem.BadOption,
		"/rose.jpg/-/mark=" + base64.RawURLEncoding.EncodeToString([]byte("/gone.png")): problem.NotFound, // the picture is there
		"/text.jpg/-/w=20": problem.UnsupportedFormat, // it isn't missing
	} {
		response, body := s.ask(t, "GET", path)
		refused(t, response, body, code)
	}
	s.write(t, "none.png", []byte("no image at all"))
	for _, path := range []string{"/gone.jpg/-/w=20", "/gone.jpg/-/original"} {
		response, body := s.ask(t, "GET", path)
		refused(t, response, body, problem.NotFound)
	}
	s.Close()
	if !strings.Contains(s.log.String(), `"msg":"fallback not shown","key":"none.png"`) {
		t.Errorf("the operator isn't told: %s", s.log)
	}

	s = start(t, noWorker, func(c *Config) { c.Fallback = "none.png" })
	for _, path := range []string{"/gone.jpg/-/w=20", "/none.png/-/w=20"} {
		response, body := s.ask(t, "GET", path)
		refused(t, response, body, problem.NotFound)
	}
}
