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

// Build builds the command in the current folder for this machine, with the
// flags of the bundle that is deployed, and returns the bootstrap's path. The
// bootstrap has its folder to itself, until [Main] removes it.
func Build() (string, error) {
	bootstrap := filepath.Join(folder, "bootstrap")
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", bootstrap, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bootstrap, nil
}
