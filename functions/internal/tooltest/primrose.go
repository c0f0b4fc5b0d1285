package tooltest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Build builds the program primrose into a folder of the test's, and returns its
// path. Go keeps what it links to run it; what it is told to build, it links
// anew each time.
func Build(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "primrose")
	build := exec.Command("go", "run", "-trimpath", "-exec", "cp", "primrose/functions/cmd/primrose", program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// Primrose has the program serve the sample originals, or what further flags
// say, until the test ends. It returns where: host:port.
func Primrose(t testing.TB, flags ...string) string {
	t.Helper()
	program := Build(t)
	command := func(address string) []string {
		return append([]string{program, "serve", "--quiet", "--addr", address, "--variants", t.TempDir()}, flags...)
	}
	address, life, err := Serve(t.TempDir(), command, answers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { life.Close() })
	return address
}

func answers(address string) bool {
	r, err := http.Get("http://" + address + "/")
	if err != nil {
		return false
	}
	r.Body.Close()
	return true
}
