package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// noisy is a PNG that stays large.
func noisy(t *testing.T) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 600, 400))
	rand.NewChaCha8([32]byte{}).Read(picture.Pix)
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func originals(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "noise.png"), noisy(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// wantPicture checks that an answer is a whole picture of so many pixels'
// width, and returns where it came from.
func wantPicture(t *testing.T, url string, width int) (cache string) {
	t.Helper()
	response, body := get(t, url)
	if picture, err := png.Decode(bytes.NewReader(body)); err != nil || picture.Bounds().Dx() != width {
		t.Errorf("%s: %s, no PNG of %d px: %v", url, response.Status, width, err)
	}
	return response.Header.Get("X-Cache")
}

// TestServeKilled kills the service while it stores variants, each time at
// another moment: what it has stored is whole, and nothing else is left of it.
func TestServeKilled(t *testing.T) {
	folder, variants := originals(t), t.TempDir()
	start := func() (*exec.Cmd, string) {
		cmd := primrose(t, "serve", "--originals", folder, "--variants", variants, "--addr", "127.0.0.1:0", "--quiet")
		return cmd, serving(t, cmd)
	}
	const rounds, width = 4, 300
	announced := 0
	for round := range rounds {
		cmd, url := start()
		answered := make(chan bool, 10)
		var viewers sync.WaitGroup
		for i := range cap(answered) {
			viewers.Go(func() {
				response, err := http.Get(fmt.Sprintf("%s/noise.png?w=%d", url, width+10*round+i))
				if err == nil {
					response.Body.Close()
				}
				answered <- err == nil && response.StatusCode == http.StatusOK
			})
		}
		for range 2 * round { // others are being made, or stored
			if <-answered {
				announced++
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		viewers.Wait()
	}
	cmd, url := start()
	hits := 0
	for i := range 10 * rounds {
		if wantPicture(t, fmt.Sprintf("%s/noise.png?w=%d", url, width+i), width+i) == "Hit from store" {
			hits++
		}
	}
	if announced == 0 || hits < announced || hits == 10*rounds { // nothing is proved if none was lost
		t.Errorf("of %d variants that services were asked for, %d were answered before they were killed, and %d are stored", 10*rounds, announced, hits)
	}
	if left := files(t, filepath.Join(variants, "unfinished")); len(left) > 0 {
		t.Errorf("of killed services is left: %q", left)
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
}

// files are all below the folder.
func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// smallDisk runs "$@" with a disk of 2 MB at $0, all but 100 kB of which is
// taken until it reads a line; it then lists what is on it.
const smallDisk = `
mount -t tmpfs -o size=2m tmpfs "$0" || exit 77
head -c 1900k /dev/zero >"$0/ballast"
"$@" & service=$!
read -r line
rm "$0/ballast"
read -r line
find "$0" -type f -size +0 | wc -l >&2
kill -INT $service
wait $service
`

// TestDiskFull: a service whose disk is full serves, stores nothing, and goes
// on storing when there is room.
func TestDiskFull(t *testing.T) {
	variants := t.TempDir()
	cmd := primrose(t, "serve", "--originals", originals(t), "--variants", variants, "--addr", "127.0.0.1:0", "--quiet")
	cmd.Args = append([]string{"unshare", "--user", "--map-root-user", "--mount", "sh", "-c", smallDisk, variants, cmd.Path}, cmd.Args[1:]...)
	if out, err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("no full disk without a file system of its own: this machine permits no user namespaces: %s", out)
	}
	path, err := exec.LookPath("unshare")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = path
	control, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Cancel = control.Close // ends the service with the shell
	url := serving(t, cmd) + "/noise.png?w=300"
	for range 2 {
		if cache := wantPicture(t, url, 300); cache != "Miss" {
			t.Errorf("X-Cache on a full disk is %q", cache)
		}
	}
	io.WriteString(control, "room\n")
	cache := ""
	for tries := 0; cache != "Hit from store" && tries < 1000; tries++ { // until there is room, and then once to store
		cache = wantPicture(t, url, 300)
	}
	if cache != "Hit from store" {
		t.Errorf("X-Cache when there is room is %q", cache)
	}
	io.WriteString(control, "end\n")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if log := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(log, "no space left on device") || !strings.HasSuffix(log, "\n1\n") {
		t.Errorf("the log should tell of the full disk, and the disk hold one file:\n%s", log)
	}
}
