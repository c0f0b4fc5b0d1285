package bundle

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"primrose/infra/config"
)

// codecs are those of one architecture, installed below the repository at root.
type codecs struct {
	root         string
	architecture config.Architecture
}

// Codecs is the folder of the codecs' package for an architecture, which is installed first as the lock
// file wants it. It says which versions they are.
func Codecs(root string, a config.Architecture) (string, error) {
	library, err := codecs{root, a}.library()
	return filepath.Dir(filepath.Dir(library)), err
}

// library is the path of the codecs' shared library, which is installed first if it is not there as
// the lock file wants it.
func (c codecs) library() (string, error) {
	dir := filepath.Join(c.root, "build", "codecs", "linux-"+goarch(c.architecture))
	if !c.installed(dir) {
		if err := c.install(dir); err != nil {
			return "", fmt.Errorf("installing the codecs: %w", err)
		}
	}
	return c.find(dir)
}

func (c codecs) installed(dir string) bool {
	want, err := os.ReadFile(c.manifest("package-lock.json"))
	if err != nil {
		return false
	}
	got, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil || !bytes.Equal(got, want) {
		return false
	}
	_, err = c.find(dir)
	return err == nil
}

// install has npm put the codecs into dir. They appear there all at once, so that nobody meets half
// of them.
func (c codecs) install(dir string) error {
	fmt.Fprintf(os.Stderr, "primrose: installing the codecs for linux-%s by npm, about 8 MB\n", goarch(c.architecture))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(c.manifest(name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(temp, name), text, 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command("npm", "ci", "--os=linux", "--cpu="+c.cpu(), "--libc=glibc",
		"--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = temp
	if err := run(cmd); err != nil {
		return err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Rename(temp, dir); err != nil && !c.installed(dir) { // or somebody else was faster
		return err
	}
	return nil
}

// find finds the one library below dir. Its name ends in libvips' version, which the lock file
// decides.
func (c codecs) find(dir string) (string, error) {
	pattern := filepath.Join(dir, "node_modules", "@img", "sharp-libvips-linux-"+c.cpu(), "lib", "libvips-cpp.so.*")
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d files match %s, want one: remove %s and try again", len(found), pattern, dir)
	}
	return found[0], nil
}

func (c codecs) manifest(name string) string { return filepath.Join(c.root, "functions", name) }

// cpu is npm's word for the architecture.
func (c codecs) cpu() string {
	if c.architecture == config.X86_64 {
		return "x64"
	}
	return "arm64"
}
