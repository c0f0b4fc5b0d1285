package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"primrose/functions/internal/s3test"
)

// TestWarm makes the variants of a folder: what fails is told, and mended, and
// what viewers ask for is there.
func TestWarm(t *testing.T) {
	originals, dir := t.TempDir(), t.TempDir()
	broken := filepath.Join(originals, "broken.png")
	picture(t, filepath.Join(originals, "a b.png"), 60, 40)
	key, sets := filepath.Join(dir, "key"), filepath.Join(dir, "sets")
	for name, text := range map[string]string{
		key: strings.Repeat("k", 43), sets: "# small\nw=20\n?w=020\nw=30&auto=format\n", broken: "\x89PNG\r\n\x1a\n", filepath.Join(originals, "notes.txt"): "x",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--quiet", "--sign-key", "2026a="+key))
	warm := func(more ...string) (string, int) {
		out, err := primrose(t, append([]string{"warm", "--originals", originals, "--options-file", sets, "--base", s.url,
			"--key-id", "2026a", "--key-file", key, "--journal", filepath.Join(dir, "journal")}, more...)...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); ok {
			return string(out), exit.ExitCode()
		}
		return string(out), 0
	}
	for _, c := range []struct {
		name string
		more []string
		exit int
		says []string
	}{
		{"a dry run", []string{"--dry-run"}, 0, []string{": originals 2, variants 8"}},
		{"a run", nil, 1, []string{"failed /broken.png?w=20 (image/avif,image/webp,*/*): broken_image: ", "100 %  8 of 8", "made 4, ", "failed 4: broken_image", "4 of 8 variants were not made"}},
		{"a run after what failed is mended", nil, 0, []string{"made 4, ", "4 were made before"}},
		{"a run of what is made already", []string{"--prefix", "a"}, 0, []string{"originals 1, variants 4", "made 4, "}},
	} {
		out, exit := warm(c.more...)
		if exit != c.exit {
			t.Errorf("%s exits with %d", c.name, exit)
		}
		for _, words := range c.says {
			if !strings.Contains(out, words) {
				t.Errorf("%s doesn't say %q:\n%s", c.name, words, out)
			}
		}
		if c.exit != 0 {
			picture(t, broken, 60, 40)
		}
	}
	signed, err := primrose(t, "sign", "--key-id", "2026a", "--key-file", key, s.url+"/broken.png?w=20").Output()
	if err != nil {
		t.Fatal(err)
	}
	if response, _ := get(t, strings.TrimSpace(string(signed))); response.Header.Get("X-Cache") != "Hit from store" {
		t.Errorf("what was made is answered: %s %v", response.Status, response.Header)
	}
	s.stop(t)
}

// A run that is killed goes on where it was.
func TestWarmIsKilled(t *testing.T) {
	originals, journal := t.TempDir(), filepath.Join(t.TempDir(), "journal")
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		picture(t, filepath.Join(originals, name+".png"), 6, 4)
	}
	var mu sync.Mutex
	var asked []string
	hold := true // the third request
	stuck, let := make(chan bool), make(chan bool)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.Path)
		third := hold && len(asked) == 3
		mu.Unlock()
		if third {
			stuck <- true
			<-let
		}
	}))
	defer service.Close()
	defer close(let)
	warm := func() *exec.Cmd {
		return primrose(t, "warm", "--originals", originals, "--options", "w=3", "--base", service.URL, "--parallel", "1", "--journal", journal)
	}
	killed := warm()
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	<-stuck
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait() // which says that it was killed
	asked, hold = nil, false
	if out, err := warm().CombinedOutput(); err != nil || !strings.Contains(string(out), "made 3, ") || !strings.Contains(string(out), "2 were made before") {
		t.Errorf("the second run: %v\n%s", err, out)
	}
	if got := strings.Join(asked, " "); got != "/c.png /d.png /e.png" {
		t.Errorf("the second run asks for %s", got)
	}
}

// The originals may be in a bucket.
func TestWarmBucket(t *testing.T) {
	s3test.Setenv(t)
	bucket := s3test.Bucket(t)
	out, err := primrose(t, "warm", "--originals", "s3://"+bucket, "--options", "w=3", "--dry-run").CombinedOutput()
	if err != nil || string(out) != "s3://"+bucket+": originals 0, variants 0\n" {
		t.Errorf("%v: %s", err, out)
	}
}
