//go:build linux

package soak

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/store"
	"primrose/functions/internal/tooltest"
)

// server is `primrose serve` as it is shipped, over two buckets.
type server struct {
	pid    int
	url    string
	client *http.Client
	ends   ends
}

// ends counts how workers ended, by what the log says of it.
type ends struct{ killed, crashed atomic.Int64 }

func (e *ends) note(line string) {
	switch {
	case !strings.Contains(line, "worker ended"):
	case strings.Contains(line, "killed=true"), strings.Contains(line, `"killed":true`):
		e.killed.Add(1)
	default:
		e.crashed.Add(1)
	}
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts the program. At the test's end it must still run, and stop as
// told.
func serve(t *testing.T) *server {
	t.Helper()
	cmd := exec.Command(tooltest.Build(t), "serve", "--quiet", "--addr", "127.0.0.1:0",
		"--originals", "s3://"+originals(t), "--variants", "s3://"+s3test.Bucket(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{pid: cmd.Process.Pid, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: outstanding}}}
	var last sync.WaitGroup
	last.Go(func() { s.follow(t, log) })
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		last.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("primrose serve: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for s.url == "" {
		if !lines.Scan() {
			t.Fatal("primrose serve announces no address")
		}
		s.url = address.FindString(lines.Text())
	}
	go io.Copy(io.Discard, out)
	return s
}

// follow reads the log, which must tell of no defect.
func (s *server) follow(t *testing.T, log io.Reader) {
	for lines := bufio.NewScanner(log); lines.Scan(); {
		line := lines.Text()
		s.ends.note(line)
		if strings.Contains(line, "code=internal") || strings.Contains(line, "panic") {
			t.Errorf("the log says: %s", line)
		}
	}
}

// originals puts all that is asked for into a new bucket, and returns its name.
func originals(t *testing.T) string {
	t.Helper()
	s3test.Setenv(t)
	client, err := store.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := s3test.Bucket(t)
	bucket := store.NewS3(client, name)
	put := func(key string, body []byte) {
		if err := bucket.Put(t.Context(), key, store.Meta{}, body); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range pictures(t) {
		put(p.key, p.body)
	}
	for key, body := range traps(t) {
		put(key, body)
	}
	return name
}
