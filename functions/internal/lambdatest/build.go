package lambdatest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the command in the current folder for this machine, with the
// flags of the bundle that is deployed, and returns the bootstrap's path in dir.
func Build(dir string) (string, error) {
	bootstrap := filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", bootstrap, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bootstrap, nil
}
