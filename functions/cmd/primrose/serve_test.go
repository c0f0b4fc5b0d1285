package main

import (
	"bufio"
	"bytes"
	"encoding/json"
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
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// started is a running `primrose serve`.
type started struct {
	*exec.Cmd
	url        string
	lines, log *bufio.Scanner // of what it says from there on, and of its log
}

// start starts `primrose serve` with more arguments.
func start(t *testing.T, cmd *exec.Cmd) *started {
	t.Helper()
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
	s := &started{Cmd: cmd, lines: bufio.NewScanner(out), log: bufio.NewScanner(log)}
	for s.url == "" && s.lines.Scan() {
		s.url = urlPattern.FindString(s.lines.Text())
	}
	if s.url == "" {
		for s.log.Scan() {
			t.Log(s.log.Text())
		}
		t.Fatal("it announces no URL")
	}
	return s
}

// says reads lines up to one that matches, and returns the match.
func says(t *testing.T, lines *bufio.Scanner, pattern string) []string {
	t.Helper()
	wanted, seen := regexp.MustCompile(pattern), ""
	for lines.Scan() {
		if match := wanted.FindStringSubmatch(lines.Text()); match != nil {
			return match
		}
		seen += lines.Text() + "\n"
	}
	t.Fatalf("it never says %s, but:\n%s", pattern, seen)
	return nil
}

func (s *started) stop(t *testing.T) {
	t.Helper()
	if err := s.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for s.lines.Scan() || s.log.Scan() { // Wait would close what is not read
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
}

// picture writes a grey PNG.
func picture(t *testing.T, name string, width, height int) {
	t.Helper()
	var out bytes.Buffer
	if err := errors.Join(png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))), os.WriteFile(name, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func widthOf(t *testing.T, url string) int {
	t.Helper()
	response, body := get(t, url)
	config, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %s, %v, %.200q", url, response.Status, err, body)
	}
	return config.Width
}

// As a stage, it has the stage's limits and its edge function, signatures
// included.
func TestServeAsStage(t *testing.T) {
	originals := t.TempDir()
	picture(t, filepath.Join(originals, "grey.png"), 60, 40)
	goldens := filepath.Join("..", "..", "..", "infra", "stacks", "testdata")
	s := start(t, primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--cdk-out", goldens,
		"--stage", "prod", "--max-pixels", "2000"))
	says(t, s.lines, "as stage prod has it")
	key := says(t, s.lines, "PRIMROSE_KEY=(\\S+) primrose sign --key-id (\\S+) ")
	if response, body := get(t, s.url+"/grey.png?w=30"); response.StatusCode != http.StatusForbidden {
		t.Errorf("what is not signed: %s %s", response.Status, body)
	}
	for _, c := range []struct {
		original string
		status   int
	}{{"grey.png", http.StatusUnprocessableEntity}, {"small.png", http.StatusOK}} {
		picture(t, filepath.Join(originals, "small.png"), 40, 30)
		sign := primrose(t, "sign", "--key-id", key[2], s.url+"/"+c.original+"?w=30")
		sign.Env = append(sign.Env, "PRIMROSE_KEY="+key[1])
		signed, err := sign.Output()
		if err != nil {
			t.Fatal(err)
		}
		if response, body := get(t, strings.TrimSpace(string(signed))); response.StatusCode != c.status {
			t.Errorf("%s: %s %.200s", c.original, response.Status, body)
		}
	}
	s.stop(t)

	// Another one deploys the page to play on, as all else for who has a key.
	s = start(t, primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--cdk-out", goldens, "--stage", "full"))
	key = says(t, s.lines, "PRIMROSE_KEY=(\\S+) primrose sign --imgix ")
	sign := primrose(t, "sign", "--imgix", s.url+"/playground.html")
	sign.Env = append(sign.Env, "PRIMROSE_KEY="+key[1])
	signed, err := sign.Output()
	if err != nil {
		t.Fatal(err)
	}
	if response, page := get(t, strings.TrimSpace(string(signed))); !bytes.Contains(page, []byte("<title>Primrose</title>")) {
		t.Errorf("the page: %s %.200s", response.Status, page)
	}
	s.stop(t)
}

// Open pages hear of originals that change; settings that change are taken in,
// and those that are wrong are not.
func TestWatch(t *testing.T) {
	t.Parallel()
	originals, presets := t.TempDir(), filepath.Join(t.TempDir(), "presets")
	write := func(text string) {
		if err := os.WriteFile(presets, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("thumb w=30\n")
	s := start(t, primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--watch", "--presets", presets))
	response, err := http.Get(s.url + "/changes/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	changes := bufio.NewScanner(response.Body)
	says(t, changes, "^id: 1$")

	picture(t, filepath.Join(originals, "grey.png"), 60, 40)
	says(t, changes, `^data: \{"key":"grey.png"\}$`)
	if width := widthOf(t, s.url+"/grey.png?preset=thumb"); width != 30 {
		t.Errorf("the preset makes it %d pixels wide, want 30", width)
	}
	write("thumb w=20\n")
	says(t, changes, "^event: stage$")
	if width := widthOf(t, s.url+"/grey.png?preset=thumb"); width != 20 {
		t.Errorf("the new preset makes it %d pixels wide, want 20", width)
	}
	write("thumb nothing\n")
	says(t, s.log, "nothing. is no option")
	says(t, s.log, "not taken in")
	if width := widthOf(t, s.url+"/grey.png?preset=thumb"); width != 20 {
		t.Errorf("after a mistake it is %d pixels wide, want 20", width)
	}
	s.stop(t) // though somebody listens
}

// Ctrl-C lets a request that is under way end, and a second one doesn't.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		then   func(s *started, connection net.Conn) error
		killed bool
	}{
		{"gracefully", func(_ *started, connection net.Conn) error {
			_, err := io.WriteString(connection, `{"operation":"ping"}`)
			return err
		}, false},
		{"at once", func(s *started, _ net.Conn) error { return s.Process.Signal(os.Interrupt) }, true},
	} {
		s := start(t, primrose(t, "serve", "--addr", "127.0.0.1:0"))
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		// Once it asks for the body, the request is under way.
		_, err = io.WriteString(connection, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
		answer := bufio.NewScanner(connection)
		says(t, answer, "100 Continue")
		if err = errors.Join(err, s.Process.Signal(os.Interrupt)); err != nil {
			t.Fatal(err)
		}
		says(t, s.log, "Ctrl-C again")
		if err := c.then(s, connection); err != nil {
			t.Fatal(err)
		}
		if !c.killed {
			says(t, answer, `"pong"`)
		}
		for s.lines.Scan() || s.log.Scan() {
		}
		exit, _ := errors.AsType[*exec.ExitError](s.Wait())
		if killed := exit != nil && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT; killed != c.killed || exit != nil != c.killed {
			t.Errorf("%s: %v", c.name, exit)
		}
	}
}

// The browser that the user likes is told the page's URL.
func TestOpen(t *testing.T) {
	bin, told := t.TempDir(), filepath.Join(t.TempDir(), "told")
	opener := "xdg-open"
	if runtime.GOOS == "darwin" {
		opener = "open"
	}
	err := errors.Join(
		syscall.Mkfifo(told, 0o600),
		os.WriteFile(filepath.Join(bin, opener), []byte("#!/bin/sh\necho \"$@\" >"+told+"\n"), 0o700),
	)
	if err != nil {
		t.Fatal(err)
	}
	cmd := primrose(t, "serve", "--addr", "127.0.0.1:0", "--open")
	cmd.Env = append(cmd.Env, "PATH="+bin)
	s := start(t, cmd)
	text, err := os.ReadFile(told) // which waits for the opener
	if err != nil || strings.TrimSpace(string(text)) != s.url {
		t.Errorf("it opens %q, %v, want %s", text, err, s.url)
	}
	s.stop(t)

	cmd = primrose(t, "serve", "--addr", "127.0.0.1:0", "--open")
	cmd.Env = append(cmd.Env, "PATH="+t.TempDir())
	s = start(t, cmd)
	says(t, s.log, "open "+regexp.QuoteMeta(s.url)+" yourself")
	s.stop(t)
}

// A line of the log tells what was asked and what became of it.
func TestLog(t *testing.T) {
	const bad = "/rose.jpg?w=0"
	for format, want := range map[string][]string{
		"text": {
			`^\d\d:\d\d:\d\d 200 +\d+ ms +[\d.]+ k?B miss /rose.jpg\?w=20$`,
			`^\d\d:\d\d:\d\d 200 +\d+ ms +[\d.]+ k?B hit  /rose.jpg\?w=20$`,
			`^\d\d:\d\d:\d\d 400 +\d+ ms +\d+ B      /rose.jpg\?w=0  bad_option: w=0 is refused`,
		},
		"json": {`"url":"/rose.jpg\?w=20".*`, `"cache":"hit"`, `"code":"bad_option"`},
	} {
		s := start(t, primrose(t, "serve", "--addr", "127.0.0.1:0", "--log", format))
		for _, path := range []string{"/rose.jpg?w=20", "/rose.jpg?w=20", bad} {
			get(t, s.url+path)
		}
		for _, line := range want {
			says(t, s.log, line)
			if format == "json" && !json.Valid(s.log.Bytes()) {
				t.Errorf("no JSON: %s", s.log.Text())
			}
		}
		s.stop(t)
	}
}

// A folder that is closed to the user is no folder without images.
func TestClosedFolder(t *testing.T) {
	closed := t.TempDir()
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	cmd := primrose(t, "serve", "--originals", closed)
	if os.Getuid() == 0 { // to whom nothing is closed
		lendToNobody(t, cmd)
	}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "this user may not read the folder "+closed) {
		t.Errorf("%v: %s", err, out)
	}
}
