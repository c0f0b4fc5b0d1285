package bundle

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"primrose/infra/config"
)

// library is the path of the codecs' shared library for the bundle's architecture, which is
// installed first if it is not there as the lock file wants it.
func (b Image) library() (string, error) {
	dir := filepath.Join(b.Root, "build", "codecs", "linux-"+b.goarch())
	if !b.installed(dir) {
		if err := b.install(dir); err != nil {
			return "", fmt.Errorf("installing the codecs: %w", err)
		}
	}
	return b.find(dir)
}

func (b Image) installed(dir string) bool {
	want, err := os.ReadFile(b.manifest("package-lock.json"))
	if err != nil {
		return false
	}
	got, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil || !bytes.Equal(got, want) {
		return false
	}
	_, err = b.find(dir)
	return err == nil
}

// install has npm put the codecs into dir. They appear there all at once, so that nobody meets half
// of them.
func (b Image) install(dir string) error {
	fmt.Fprintf(os.Stderr, "primrose: installing the codecs for linux-%s by npm, about 8 MB\n", b.goarch())
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(b.manifest(name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(temp, name), text, 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command("npm", "ci", "--os=linux", "--cpu="+b.cpu(), "--libc=glibc",
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
	if err := os.Rename(temp, dir); err != nil && !b.installed(dir) { // or somebody else was faster
		return err
	}
	return nil
}

// find finds the one library below dir. Its name ends in libvips' version, which the lock file
// decides.
func (b Image) find(dir string) (string, error) {
	pattern := filepath.Join(dir, "node_modules", "@img", "sharp-libvips-linux-"+b.cpu(), "lib", "libvips-cpp.so.*")
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d files match %s, want one: remove %s and try again", len(found), pattern, dir)
	}
	return found[0], nil
}

func (b Image) manifest(name string) string { return filepath.Join(b.Root, "functions", name) }

// cpu is npm's word for the architecture.
func (b Image) cpu() string {
	if b.Architecture == config.X86_64 {
		return "x64"
	}
	return "arm64"
}
