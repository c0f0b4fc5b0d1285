//go:build linux && (amd64 || arm64)

package breakout

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// onMemory brings its own code into the process.
var onMemory = []Attempt{
	{"map executable memory", func() error { _, err := anonymous(unix.PROT_READ | unix.PROT_EXEC); return err }, denied},
	{"map memory to write and execute", func() error { _, err := anonymous(unix.PROT_WRITE | unix.PROT_EXEC); return err }, denied},
	{"make memory executable", makeExecutable, denied},
	{"make memory executable by a key", func() error { return raw(unix.SYS_PKEY_MPROTECT) }, Killed},
	{"have all memory executable", func() error { return raw(unix.SYS_PERSONALITY, readImpliesExec) }, Killed},
	{"share memory", share, Killed},
	{"stop the kernel at a page", func() error { return raw(unix.SYS_USERFAULTFD) }, Killed},
}

// https://man7.org/linux/man-pages/man2/personality.2.html
const readImpliesExec = 0x0400000

func share() error {
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, unix.IPC_CREAT|0o600)
	if err == nil {
		unix.SysvShmCtl(id, unix.IPC_RMID, nil) // it would outlive the process
	}
	return err
}

func makeExecutable() error {
	page, err := anonymous(unix.PROT_READ | unix.PROT_WRITE)
	if err != nil {
		return fmt.Errorf("map: %v", err) // no answer to what is asked here
	}
	return unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC)
}
