package lambdatest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// folder is where Build builds.
var folder string

// Main runs a package's tests and removes what they have built. With -v it
// says at the end what the functions took of Lambda's limits. Its result is for
// [os.Exit].
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "bundle")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // for the function's user
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	folder = dir
	status := m.Run()
	if testing.Verbose() {
		usages.report(os.Stdout)
	}
	return status
}

// Build builds the command in the folder source for this machine, with the flags
// of the bundle that is deployed, and returns the bootstrap's path. Beside it lie
// copies of the other files and folders and nothing else, until [Main] removes
// them.
func Build(source string, others ...string) (string, error) {
	bootstrap := filepath.Join(folder, "bootstrap")
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", bootstrap, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	for _, other := range others {
		if err := lay(other); err != nil {
			return "", err
		}
	}
	return bootstrap, nil
}

// lay copies a file or a folder to beside the bootstrap.
func lay(path string) error {
	beside := filepath.Join(folder, filepath.Base(path))
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(beside, os.DirFS(path))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(beside, content, 0o644)
}
