package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"primrose/functions/internal/breakout"
	"primrose/functions/internal/vips"
)

// TestJailCheck checks the jail of somebody without privileges, where this is
// root: package jailcheck's tests check their own user's, while it draws text.
func TestJailCheck(t *testing.T) {
	if len(breakout.Attempts) == 0 {
		out, err := primrose(t, "jail-check").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "there is no jail on "+runtime.GOOS) {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	check := primrose(t, "jail-check")
	if os.Getuid() == 0 {
		runAsNobody(t, check)
	}
	out, err := check.CombinedOutput()
	if strings.Contains(string(out), "landlock: this kernel does not offer it") {
		t.Skipf("not shown without landlock:\n%s", out)
	}
	n := len(breakout.Attempts)
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d attempts, %d stopped", n, n)) || strings.Contains(string(out), "✗") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// runAsNobody has a command of this test run by somebody who may read copies
// of what it consists of.
func runAsNobody(t *testing.T, command *exec.Cmd) {
	t.Helper()
	library, err := vips.Find()
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := vips.FindFonts()
	if err != nil {
		t.Fatal(err)
	}
	lendToNobody(t, command)
	copyTo(t, command.Dir, library)
	command.Env = append(command.Env, "PRIMROSE_LIBVIPS="+filepath.Join(command.Dir, filepath.Base(library)), "PRIMROSE_FONTS="+filepath.Join(command.Dir, "fonts"))
	if err := os.CopyFS(filepath.Join(command.Dir, "fonts"), os.DirFS(fonts)); err != nil {
		t.Fatal(err)
	}
}

// lendToNobody has a command of this test run by somebody else, in a folder with
// a copy of it.
func lendToNobody(t *testing.T, command *exec.Cmd) {
	t.Helper()
	dir, err := os.MkdirTemp("", "nobody") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	copyTo(t, dir, command.Path)
	command.Path, command.Dir = filepath.Join(dir, filepath.Base(command.Path)), dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

func copyTo(t *testing.T, dir, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), content, 0o755); err != nil {
		t.Fatal(err)
	}
}
