package jailcheck

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var kernel = flag.String("kernel", "", "arm64 kernel to check the jail on, in an emulated machine; none by default")

// TestARM64 boots an arm64 kernel in an emulated machine that holds the command,
// libvips and the C library, and checks the jail there. An emulator of mere
// processes wouldn't do: it knows no filters.
func TestARM64(t *testing.T) {
	if *kernel == "" {
		t.Skip("make jail-arm64 runs this")
	}
	const done = "all-jails-hold"
	machine := exec.CommandContext(t.Context(), "qemu-system-aarch64",
		"-machine", "virt", "-cpu", "neoverse-n1", "-m", "512", // Graviton 2's processor
		"-icount", "shift=1,sleep=off", // its clock counts instructions: how busy this machine is makes no deadline pass
		"-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio",
		"-kernel", *kernel, "-initrd", disk(t), "-append", "console=ttyAMA0 quiet panic=-1 -- "+done)
	var said bytes.Buffer
	machine.Stdout, machine.Stderr = io.MultiWriter(os.Stdout, &said), os.Stderr
	if err := machine.Run(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "\n"+done) {
		t.Error("it doesn't")
	}
}

// disk is the path of what the kernel takes for its first file system.
func disk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "disk"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	a := &archive{w: file}
	for _, folder := range []string{"dev", "etc", "fonts", "lib", "proc", "sys", "tmp"} {
		a.add(folder, folderMode, nil)
	}
	a.add("dev/console", consoleMode, nil)
	a.add("etc/passwd", fileMode, []byte("root:x:0:0::/:/init\n"))
	for to, from := range map[string]string{
		"init":     build(t, dir, "primrose/functions/internal/jailcheck/machine"),
		"primrose": build(t, dir, "primrose/functions/cmd/primrose"),
	} {
		a.copy(to, from)
	}
	for _, pattern := range []string{
		"../../../build/fonts/*",
		"../../../build/codecs/linux-arm64/node_modules/@img/*/lib/libvips-cpp.so.*",
		"/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
		"/usr/aarch64-linux-gnu/lib/lib*.so.*",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("there is no %s (%v): make jail-arm64 installs it", pattern, err)
		}
		for _, from := range found {
			a.copy(folderOf(from)+filepath.Base(from), from)
		}
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// folderOf is where the machine has a file: libvips and the fonts beside the
// command, which finds them there.
func folderOf(file string) string {
	switch {
	case strings.Contains(file, "libvips"):
		return ""
	case strings.Contains(file, "/build/fonts/"):
		return "fonts/"
	}
	return "lib/"
}

// build builds a command for arm64 and returns the executable's path.
func build(t *testing.T, dir, command string) string {
	t.Helper()
	to := filepath.Join(dir, filepath.Base(command))
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, command)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return to
}

// Types and permissions of what an archive holds, as inode(7) has them.
const (
	folderMode  = 0o40755
	fileMode    = 0o100755
	consoleMode = 0o20600
)

// archive writes cpio's format newc, of which the kernel makes its first file
// system: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
type archive struct {
	w     io.Writer
	files int
	err   error
}

func (a *archive) copy(to, from string) {
	content, err := os.ReadFile(from)
	if a.err == nil {
		a.err = err
	}
	a.add(to, fileMode, content)
}

func (a *archive) add(name string, mode int, content []byte) {
	a.files++
	major, minor := 0, 0
	if mode == consoleMode {
		major, minor = 5, 1
	}
	header := "070701"
	for _, field := range []int{a.files, mode, 0, 0, 1, 0, len(content), 0, 0, major, minor, len(name) + 1, 0} {
		header += fmt.Sprintf("%08X", field)
	}
	a.write([]byte(header + name + "\x00"))
	a.write(content)
}

// write writes a part of the archive, each of which ends at a multiple of 4.
func (a *archive) write(part []byte) {
	for _, b := range [][]byte{part, make([]byte, -len(part)&3)} {
		if a.err == nil {
			_, a.err = a.w.Write(b)
		}
	}
}

func (a *archive) close() error {
	a.add("TRAILER!!!", 0, nil)
	return a.err
}
