// Package bundle makes what is deployed out of the functions' sources: a zip each of the image and the
// purge function, and the edge function's text. The same sources give the same bytes, wherever and
// whenever they are bundled, so that a template's hashes change only with the code.
package bundle

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"primrose/infra/config"
)

// A Function is bundled as one binary, and the shared library that it loads with its fonts, if any.
type Function struct {
	root         string // the repository
	name         string // of its folder in functions
	architecture config.Architecture
	codecs       bool // whether it loads their library, and draws text
}

// Image is the image function of the repository at root.
func Image(root string, a config.Architecture) Function { return Function{root, "image", a, true} }

// Purge is the purge function of the repository at root. It touches no image.
func Purge(root string, a config.Architecture) Function { return Function{root, "purge", a, false} }

// Folder is where the sources of all functions are.
func (f Function) Folder() string { return filepath.Join(f.root, "functions") }

// String tells one bundle from another.
func (f Function) String() string { return f.name + " for " + string(f.architecture) }

// Zip writes the bundle to file. It needs the Go toolchain, and npm where the codecs are wanted and
// not installed yet.
func (f Function) Zip(file string) error {
	dir, err := os.MkdirTemp("", "primrose-bundle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	binary := filepath.Join(dir, "bootstrap") // the name that Lambda starts
	if err := f.compile(binary); err != nil {
		return err
	}
	if !f.codecs {
		return zipFiles(file, executable(binary))
	}
	library, err := codecs{f.root, f.architecture}.library()
	if err != nil {
		return err
	}
	letters, err := fonts(f.root)
	if err != nil {
		return err
	}
	return zipFiles(file, append([]entry{executable(binary), executable(library)}, letters...)...)
}

// compile builds the function. The flags keep out whatever a build leaves of its machine: paths,
// version control, build ids.
func (f Function) compile(binary string) error {
	cmd := exec.Command("go", "build",
		"-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-tags=lambda.norpc",
		"-o", binary, "./"+f.name)
	cmd.Dir = f.Folder()
	// The caller's settings may not leak in, a workspace's least of all: it would change the
	// versions of dependencies.
	cmd.Env = append(os.Environ(),
		"GOOS=linux", "GOARCH="+goarch(f.architecture), "GOARM64=v8.0", "GOAMD64=v1", "GOEXPERIMENT=",
		"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	return run(cmd)
}

func goarch(a config.Architecture) string {
	if a == config.X86_64 {
		return "amd64"
	}
	return "arm64"
}

// entry is a file in a bundle.
type entry struct {
	name string // in the bundle
	mode fs.FileMode
	file string
}

// executable is a file that Lambda starts or a process loads. It lies at the bundle's top.
func executable(file string) entry { return entry{filepath.Base(file), 0o755, file} }

// zipFiles writes files of one fixed time.
func zipFiles(name string, entries ...entry) (err error) {
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
	for _, e := range entries {
		if err := zipFile(z, e); err != nil {
			return err
		}
	}
	return z.Close()
}

// epoch is the earliest time that a zip can say.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func zipFile(z *zip.Writer, e entry) error {
	in, err := os.Open(e.file)
	if err != nil {
		return err
	}
	defer in.Close()

	header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: epoch}
	header.SetMode(e.mode)
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
