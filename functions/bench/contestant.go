//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"primrose/functions/internal/usage"
)

// contestant is one of the systems that are compared.
type contestant interface {
	name() string
	// turn starts the contestant in dir, an empty folder, lets it make
	// images in format, and stops it.
	turn(dir, format string) (result, error)
}

// result is what one turn measured.
type result struct {
	cpu    float64 // ms an image
	first  float64 // ms from start to the first variant
	memory float64 // MB, all processes, the most that was seen
	bytes  int     // of a variant
}

// primrose is the whole service: edge function, image function, worker and stores.
type primrose struct{ settings }

func (*primrose) name() string { return "primrose" }

func (p *primrose) turn(dir, format string) (result, error) {
	originals, variants := filepath.Join(dir, "originals"), filepath.Join(dir, "variants")
	if err := copies(p.photo, originals, p.images+1); err != nil {
		return result{}, err
	}
	addr, err := freeAddr()
	if err != nil {
		return result{}, err
	}
	cmd := exec.Command(p.primrose, "serve", "--quiet", "--originals", originals, "--variants", variants, "--addr", addr)
	return serve(cmd, p.images, func(i int) string {
		return fmt.Sprintf("http://%s/%03d.jpg?w=%d&fm=%s", addr, i, p.width, format)
	})
}

// sharp is a small HTTP server in Node around sharp.
type sharp struct {
	settings
	// Sharp lets the JPEG decoder shrink all of the way, which is fast and
	// costs detail. Fine tells it to go half of the way, as Primrose does.
	fine bool
}

func (s *sharp) name() string {
	if s.fine {
		return "sharp, fine"
	}
	return "sharp"
}

func (s *sharp) turn(dir, format string) (result, error) {
	addr, err := freeAddr()
	if err != nil {
		return result{}, err
	}
	cmd := exec.Command("node", "bench/sharp.mjs", addr, s.photo)
	return serve(cmd, s.images, func(int) string {
		return fmt.Sprintf("http://%s/?w=%d&fm=%s&fine=%t", addr, s.width, format, s.fine)
	})
}

// magick runs ImageMagick once an image, as the retired service did.
type magick struct{ settings }

func (*magick) name() string { return "imagemagick" }

func (m *magick) turn(dir, format string) (result, error) {
	var r result
	var cpu time.Duration
	for i := range m.images {
		out := filepath.Join(dir, fmt.Sprintf("%03d.%s", i, format))
		// The hint lets its JPEG decoder shrink on load, as the others do.
		cmd := exec.Command("convert-im6.q16", "-define", fmt.Sprintf("jpeg:size=%dx", 2*m.width),
			m.photo, "-auto-orient", "-thumbnail", fmt.Sprintf("%dx", m.width), "-quality", "75", out)
		var text strings.Builder
		cmd.Stdout, cmd.Stderr = &text, &text
		start := time.Now()
		if err := cmd.Start(); err != nil {
			return r, err
		}
		memory := peak(cmd.Process.Pid)
		err := cmd.Wait()
		r.memory = max(r.memory, memory())
		if err != nil {
			return r, fmt.Errorf("%w: %s", err, &text)
		}
		if i == 0 {
			r.first = ms(time.Since(start))
		}
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		r.bytes = int(size(out))
	}
	r.cpu = ms(cpu) / float64(m.images)
	return r, nil
}

// serve starts a server, waits for its first variant, then measures what
// the following ones cost. Variant i is at url(i).
func serve(cmd *exec.Cmd, images int, url func(i int) string) (r result, err error) {
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, stderr.String())
		}
	}()

	if r.bytes, err = firstVariant(url(0), start.Add(10*time.Second)); err != nil {
		return r, err
	}
	r.first = ms(time.Since(start))

	before, err := usage.Tree(cmd.Process.Pid)
	if err != nil {
		return r, err
	}
	memory := peak(cmd.Process.Pid)
	for i := range images {
		if _, err := fetch(url(i + 1)); err != nil {
			return r, err
		}
	}
	r.memory = memory()
	after, err := usage.Tree(cmd.Process.Pid)
	if err != nil {
		return r, err
	}
	r.cpu = ms(after.CPU-before.CPU) / float64(images)
	return r, nil
}

// peak watches the memory of a process and its descendants until its result is
// called, which returns the most that it saw, in MB.
func peak(pid int) func() float64 {
	most := 0.0
	stop := usage.Watch(pid, 20*time.Millisecond, func(memory float64) { most = max(most, memory) })
	return func() float64 {
		stop()
		return most
	}
}

// firstVariant asks until the server answers.
func firstVariant(url string, deadline time.Time) (int, error) {
	for {
		n, err := fetch(url)
		if err == nil || time.Now().After(deadline) {
			return n, err
		}
		time.Sleep(time.Millisecond)
	}
}

func fetch(url string) (int, error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(bufio.NewReader(resp.Body))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", url, resp.Status, body)
	}
	return len(body), err
}

// copies fills dir with n names of one photo.
func copies(photo, dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	body, err := os.ReadFile(photo)
	if err != nil {
		return err
	}
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.jpg", i)), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
