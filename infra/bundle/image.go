// Package bundle makes what is deployed out of the functions' sources: the image function's zip and
// the edge function's text. The same sources give the same bytes, wherever and whenever they are
// bundled, so that a template's hashes change only with the code.
package bundle

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"primrose/infra/config"
)

// Image bundles the image function: one binary and the one shared library that it loads.
type Image struct {
	Root         string // the repository
	Architecture config.Architecture
}

// Zip writes the bundle to file. It needs the Go toolchain, and npm where the codecs are not
// installed yet.
func (b Image) Zip(file string) error {
	library, err := b.library()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "primrose-bundle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	binary := filepath.Join(dir, "bootstrap") // the name that Lambda starts
	if err := b.compile(binary); err != nil {
		return err
	}
	return zipFiles(file, binary, library)
}

// compile builds the function. The flags keep out whatever a build leaves of its machine: paths,
// version control, build ids.
func (b Image) compile(binary string) error {
	cmd := exec.Command("go", "build",
		"-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-tags=lambda.norpc",
		"-o", binary, "./image")
	cmd.Dir = filepath.Join(b.Root, "functions")
	// The caller's settings may not leak in, a workspace's least of all: it would change the
	// versions of dependencies.
	cmd.Env = append(os.Environ(),
		"GOOS=linux", "GOARCH="+b.goarch(), "GOARM64=v8.0", "GOAMD64=v1", "GOEXPERIMENT=",
		"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	return run(cmd)
}

func (b Image) goarch() string {
	if b.Architecture == config.X86_64 {
		return "amd64"
	}
	return "arm64"
}

// zipFiles writes files, by their base names, as executables of one fixed time.
func zipFiles(name string, files ...string) (err error) {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := out.Close(); err == nil {
			err = closed
		}
	}()

	z := zip.NewWriter(out)
	for _, file := range files {
		if err := zipFile(z, file); err != nil {
			return err
		}
	}
	return z.Close()
}

// epoch is the earliest time that a zip can say.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func zipFile(z *zip.Writer, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()

	header := &zip.FileHeader{Name: filepath.Base(file), Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return err
}

// run runs cmd silently; if it fails, the error holds all that it said.
func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s, in %s: %w\n%s", cmd, cmd.Dir, err, out)
	}
	return nil
}
