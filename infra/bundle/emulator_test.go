package bundle

import (
	"archive/zip"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"primrose/infra/config"
)

// crossLibraries is where Debian keeps the C and C++ libraries of arm64 on other machines.
const crossLibraries = "/usr/aarch64-linux-gnu"

// The zip that is deployed, for another processor than this machine's, makes a variant: the
// function's own test runs it under an emulator. That knows no seccomp and no landlock, so the
// function finds gaps in its worker's jail, counts them, and works nonetheless, as is the default.
func TestARM64Runs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the emulator is Linux's")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "image.zip")
	if err := Image(root, config.ARM64).Zip(file); err != nil {
		t.Fatal(err)
	}
	unzip(t, file, dir)
	want := "CloudWatch counts map[]"
	if runtime.GOARCH != "arm64" {
		emulate(t, filepath.Join(dir, "bootstrap"))
		want = "CloudWatch counts map[JailMissing:1]"
	}
	cmd := exec.Command("go", "test", "-count=1", "-v", "-run=^TestBundle$", "./image", "-bundle="+dir)
	cmd.Dir = filepath.Join(root, "functions")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v, want %q in:\n%s", err, want, out)
	}
}

// emulate puts a script in an arm64 program's place, which runs the program under an emulator.
//
// As its worker, the program executes itself again at the path where it finds itself: there, the
// kernel must find the script, too. So the program gets a name that Go leaves the end of out, since
// Linux adds " (deleted)" to the path of a program that is gone.
func emulate(t *testing.T, program string) {
	t.Helper()
	emulator, missing := exec.LookPath("qemu-aarch64")
	if _, err := os.Stat(filepath.Join(crossLibraries, "lib", "libstdc++.so.6")); err != nil {
		missing = errors.Join(missing, err)
	}
	if missing != nil {
		t.Fatalf("this test needs an emulator and libraries: run `make tools` in the repository's folder: %v", missing)
	}
	if err := os.Rename(program, program+" (deleted)"); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %s -L %s \"$0 (deleted)\" \"$@\"\n", emulator, crossLibraries) // wherever it is by then
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// unzip unpacks a bundle as Lambda does.
func unzip(t *testing.T, file, dir string) {
	t.Helper()
	bundle, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer bundle.Close()
	if err := os.CopyFS(dir, bundle); err != nil {
		t.Fatal(err)
	}
}
