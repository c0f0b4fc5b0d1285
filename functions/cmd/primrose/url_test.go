package main

import (
	"bytes"
	"html"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Whatever form a URL takes, a service that wants signatures serves it.
func TestURL(t *testing.T) {
	originals, dir := t.TempDir(), t.TempDir()
	const name = "a b's (1), 장미.png"
	picture(t, filepath.Join(originals, name), 60, 40)
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("k", 43)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--quiet", "--sign-key", "2026a="+key))
	link := func(args ...string) string {
		t.Helper()
		out, err := primrose(t, append([]string{"url", name, "w=30", "txt=Tom & 'Ann', 50%", "--key-id", "2026a", "--key-file", key, "--base", s.url}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	found := regexp.MustCompile(`http://[^\s"'()]+`)
	for _, c := range []struct {
		args  []string
		types string // of what is served, in turn
	}{
		{nil, "image/png"},
		{[]string{"--as", "markdown", "--alt", "(a)"}, "image/png"},
		{[]string{"--srcset", "10,20"}, "image/png image/png"},
		{[]string{"--as", "img", "--srcset", "10,20"}, "image/png image/png image/png"},
		{[]string{"--as", "picture", "auto=format"}, "image/avif image/webp image/png"},
		{[]string{"--as", "picture", "--srcset", "10"}, "image/avif image/webp image/png image/png"},
	} {
		var types []string
		for _, url := range found.FindAllString(html.UnescapeString(link(c.args...)), -1) {
			response, body := get(t, url)
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s %.200s", url, response.Status, body)
			}
			types = append(types, response.Header.Get("Content-Type"))
		}
		if got := strings.Join(types, " "); got != c.types {
			t.Errorf("%s: it is %s, want %s", c.args, got, c.types)
		}
	}

	shell := exec.Command("sh", "-c", link("--as", "curl"))
	shell.Dir = dir
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if picture, err := png.Decode(bytes.NewReader(got)); err != nil || picture.Bounds().Dx() != 30 {
		t.Errorf("curl gets no PNG 30 pixels wide: %v", err)
	}
	s.stop(t)
}

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	key, file, presets := filepath.Join(dir, "key"), filepath.Join(dir, "grey.png"), filepath.Join(dir, "presets")
	picture(t, file, 60, 40)
	for name, text := range map[string]string{key: strings.Repeat("k", 43), presets: "thumb w=30\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sign := func(args ...string) string {
		out, err := primrose(t, append([]string{"sign", "--key-id", "2026a", "--key-file", key}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	s := start(t, primrose(t, "serve", "--addr", "127.0.0.1:0", "--quiet"))
	byKey := []string{"--key-id", "2026a", "--key-file", key}
	for _, c := range []struct {
		args  []string
		exit  int
		lines []string // patterns
	}{
		{[]string{"https://x/a%20b.jpg?w=0300&auto=format&utm_source=x", "--accept", "webp"}, 0, []string{
			`^original +a b.jpg$`, `^options +auto=webp +What `, `^ +w=300 +Width and height`, `^variant +/a%20b.jpg/-/auto=webp,w=300$`,
			`^store key +a b.jpg/-/auto=webp,w=300$`, `^cache tag +[0-9a-f]{64}$`, `^ignored +utm_source$`, `^signature +none$`}},
		{[]string{"/a.jpg?\u009b2J=1"}, 0, []string{`^ignored +\\u009b2J$`}},
		{[]string{"/a.jpg"}, 0, []string{`^options +none: the original's exact bytes`, `^variant +/a.jpg/-/original$`}},
		{[]string{"/a.jpg/-/fm=webp,w=300"}, 0, []string{`^original +a.jpg$`, `^options +fm=webp`}},
		{[]string{"/a.jpg?preset=thumb", "--presets", presets, "--widths", "32,64"}, 0, []string{`^options +w=32 `}},
		{[]string{"/a.jpg?preset=thumb"}, 1, []string{`--presets`}},
		{[]string{"/a.jpg?w=0"}, 1, []string{`bad_option: w=0 is refused`}},
		{[]string{"/a//b.jpg?w=1"}, 1, []string{`bad_path`}},
		{[]string{sign("/a.jpg?w=3")}, 0, []string{`^signature +not looked at: name the key`}},
		{append(byKey, sign("--expires", "1h", "/a.jpg?w=3")), 0, []string{`^signature +valid, by key 2026a, until 20\d\d-`}},
		{append(byKey, sign("/a.jpg?w=3")+"x"), 1, []string{`^signature +bad_signature$`}},
		{append(byKey, "/a.jpg?w=3&kid=2026a&expires=1&s=x"), 1, []string{`^signature +bad_signature$`}},
		{[]string{file}, 0, []string{`"width": 60,`, `"format": "PNG"`}},
		{[]string{key}, 1, []string{`unsupported_format`}},
		{[]string{filepath.Join(dir, "none.png"), "--fetch", "--base", s.url}, 1, []string{`404 Not Found`, `"code":"not_found"`}},
		{[]string{s.url + "/rose.jpg?w=20", "--fetch"}, 0, []string{`^HTTP/1.1 200 OK$`, `^Content-Type: image/jpeg$`, `^Server-Timing: `, ` ms  wait$`, ` ms  in all$`}},
	} {
		out, err := primrose(t, append([]string{"inspect"}, c.args...)...).CombinedOutput()
		exit := 0
		if err != nil {
			exit = err.(*exec.ExitError).ExitCode()
		}
		if exit != c.exit {
			t.Errorf("inspect %s exits with %d: %s", c.args, exit, out)
		}
		for _, line := range c.lines {
			if !regexp.MustCompile("(?m)" + line).Match(out) {
				t.Errorf("inspect %s doesn't say %s:\n%s", c.args, line, out)
			}
		}
	}
	s.stop(t)
}

// What a URL or a service says commands no terminal, and is shown up to a point.
func TestInspectIsQuiet(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "\x1b[2J"+strings.Repeat("\u202e", maxText))
	}))
	defer service.Close()
	for _, path := range []string{"/rose%E2%80%AE.jpg?%1b]0;x%07=1", "/rose%1b.jpg"} {
		out, _ := primrose(t, "inspect", "--fetch", service.URL+path).CombinedOutput()
		if !bytes.Contains(out, []byte(`\x1b[2J`)) || !bytes.Contains(out, []byte("196.6 kB  received")) || len(out) > 3*maxText ||
			bytes.ContainsFunc(out, func(r rune) bool { return r != '\n' && !strconv.IsGraphic(r) }) {
			t.Errorf("of %s it says %d bytes: %.400q", path, len(out), out)
		}
	}
}
