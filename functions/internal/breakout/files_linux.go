//go:build linux && (amd64 || arm64)

package breakout

import (
	"os"

	"golang.org/x/sys/unix"
)

// onFiles reads and writes what lies around.
var onFiles = []Attempt{
	{"read its own environment", func() error { return read("/proc/self/environ") }, denied},
	{"read its own memory as a file", func() error { return open("/proc/self/mem", unix.O_RDONLY) }, denied},
	{"write its own memory as a file", func() error { return open("/proc/self/mem", unix.O_RDWR) }, denied},
	{"read users", func() error { return read("/etc/passwd") }, denied},
	{"list the root folder", func() error { return list("/") }, denied},
	{"list all processes", func() error { return list("/proc") }, denied},
	{"create a file", create, denied},
	{"create a nameless file", func() error { return open(os.TempDir(), unix.O_TMPFILE|unix.O_RDWR) }, denied},
	{"write to a device", func() error { return open("/dev/null", unix.O_WRONLY) }, denied},
	{"remove a file", func() error { return looked(unix.Unlink(nowhere)) }, denied},
	{"link a file", func() error { return looked(unix.Link(nowhere, nowhere)) }, denied},
	{"make a folder", func() error { return raw(unix.SYS_MKDIRAT) }, Killed},
	{"rename a file", func() error { return raw(unix.SYS_RENAMEAT2) }, Killed},
	{"change a file's mode", func() error { return raw(unix.SYS_FCHMODAT) }, Killed},
	{"open by another call", func() error { return raw(unix.SYS_OPENAT2) }, Killed},
	{"open by a handle", func() error { return raw(unix.SYS_OPEN_BY_HANDLE_AT) }, Killed},
	{"change its root", func() error { return raw(unix.SYS_CHROOT) }, Killed},
	{"mount", func() error { return raw(unix.SYS_MOUNT) }, Killed},
	{"mount by a handle", func() error { return raw(unix.SYS_FSOPEN) }, Killed},
	{"make a memory file", func() error { _, err := unix.MemfdCreate("x", 0); return err }, Killed},
}

func read(file string) error {
	_, err := os.ReadFile(file)
	return err
}

func list(folder string) error {
	_, err := os.ReadDir(folder)
	return err
}

func open(file string, flags int) error {
	fd, err := unix.Open(file, flags, 0o600)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func create() error {
	file, err := os.CreateTemp("", "breakout")
	if err == nil {
		file.Close()
		os.Remove(file.Name())
	}
	return err
}

// nowhere is no file: what would be done to it does no harm.
const nowhere = "/tmp/no-such-file"

// looked takes it for success that the kernel looked for a file.
func looked(err error) error {
	if err == unix.ENOENT {
		return nil
	}
	return err
}
