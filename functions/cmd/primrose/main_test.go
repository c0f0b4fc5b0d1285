package main

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/worker"
)

// asCommand in the environment makes this test binary the command: without
// it, a command without arguments would run the tests again, and again.
const asCommand = "PRIMROSE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	worker.Main() // whose environment is empty
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// primrose is the command with arguments, not yet started.
func primrose(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "XDG_CACHE_HOME="+t.TempDir(), "HOME="+t.TempDir())
	return cmd
}

var urlPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serving starts `primrose serve` and returns its URL once it is announced.
func serving(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url := urlPattern.FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatalf("it announces no URL: %v, %s", cmd.Wait(), log.Bytes())
	return ""
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// TestServe starts the whole service, asks it, and stops it like a terminal
// or an init system does. Variants outlive it.
func TestServe(t *testing.T) {
	originals, variants := t.TempDir(), t.TempDir()
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(originals, "grey.png"), photo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		signal os.Signal
		cache  string
	}{{os.Interrupt, "Miss"}, {syscall.SIGTERM, "Hit from store"}} {
		cmd := primrose(t, "serve", "--originals", originals, "--variants", variants, "--addr", "127.0.0.1:0", "--quiet")
		url := serving(t, cmd)
		response, body := get(t, url+"/grey.png?w=30")
		picture, err := png.Decode(bytes.NewReader(body))
		if err != nil || picture.Bounds() != image.Rect(0, 0, 30, 20) {
			t.Errorf("no 30×20 PNG: %s, %v", response.Status, err)
		}
		if got := response.Header.Get("X-Cache"); got != c.cache {
			t.Errorf("X-Cache is %q, want %q", got, c.cache)
		}
		if err := errors.Join(cmd.Process.Signal(c.signal), cmd.Wait()); err != nil {
			t.Errorf("after %s: %v", c.signal, err)
		}
	}
}

// TestServeSamples is the first thing that a newcomer does.
func TestServeSamples(t *testing.T) {
	cmd := primrose(t, "serve", "--addr", "127.0.0.1:0", "--quiet")
	url := serving(t, cmd)
	_, page := get(t, url+"/")
	thumbnail := regexp.MustCompile(`src="(/[^"]+)"`).FindSubmatch(page)
	if thumbnail == nil {
		t.Fatalf("no image on the page:\n%s", page)
	}
	path := strings.ReplaceAll(string(thumbnail[1]), "&amp;", "&")
	if response, body := get(t, url+path); response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s", path, response.Status, body)
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	s3test.Setenv(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"", 2, "Usage: primrose"},
		{"dance", 2, `no command "dance"`},
		{"serve --colour", 2, "-colour"},
		{"serve here", 2, `"here"`},
		{"serve --originals " + dir + "/none", 1, "there is no folder " + dir + "/none"},
		{"serve --originals " + file, 1, file + " is no folder"},
		{"serve --originals s3://", 1, "a bucket's name"},
		{"serve --originals s3://a/b", 1, "without a prefix"},
		{"serve --originals s3://no-such-bucket", 1, "can't be listed"},
		{"serve --originals " + dir + " --variants " + file, 1, "--variants"},
		{"serve --originals " + dir + " --variants " + dir + "/variants", 1, "must stay as it is"},
		{"serve --originals " + dir + " --decoders heic", 1, "neither tiff nor svg"},
		{"serve --originals " + dir + " --max-pixels 0", 1, "greater than 0"},
		{"serve --originals " + dir + " --addr " + taken.Addr().String(), 1, "taken by another program"},
		{"serve --originals " + dir + " --addr nowhere", 1, "--addr nowhere"},
	} {
		out, err := primrose(t, strings.Fields(c.args)...).CombinedOutput()
		exit, _ := errors.AsType[*exec.ExitError](err)
		if exit == nil || exit.ExitCode() != c.status || !strings.Contains(string(out), c.says) {
			t.Errorf("primrose %s: %v\n%s", c.args, err, out)
		}
	}
}

func TestHelp(t *testing.T) {
	for args, says := range map[string]string{
		"help":       "serve",
		"serve -h":   "--originals s3://",
		"version -h": "codecs",
		"version":    "vips",
	} {
		if out, err := primrose(t, strings.Fields(args)...).CombinedOutput(); err != nil || !strings.Contains(string(out), says) {
			t.Errorf("primrose %s: %v\n%s", args, err, out)
		}
	}
}
