//go:build linux && (amd64 || arm64)

package breakout

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// onParent looks for credentials in the process that has them.
var onParent = []Attempt{
	{"read the parent's environment", func() error { return read(ofParent("environ")) }, denied},
	{"read the parent's memory map", func() error { return read(ofParent("maps")) }, denied},
	{"read the parent's memory", readMemory, denied},
	{"write the parent's memory", func() error { return open(ofParent("mem"), unix.O_RDWR) }, denied},
	{"read the parent's status", func() error { return read(ofParent("status")) }, denied},
	{"read the parent's command line", func() error { return read(ofParent("cmdline")) }, denied},
	{"list the parent's descriptors", func() error { return list(ofParent("fd")) }, denied},
	{"open the parent's descriptor", func() error { return open(ofParent("fd/2"), unix.O_RDONLY) }, denied},
	{"find the parent's executable", func() error { _, err := os.Readlink(ofParent("exe")); return err }, denied},
	{"list the parent's folder", func() error { return list(ofParent("cwd/")) }, denied},
	{"list the parent's root", func() error { return list(ofParent("root/")) }, denied},
	{"read the parent's memory by a call", readMemoryByCall, Killed},
	{"write the parent's memory by a call", func() error { return raw(unix.SYS_PROCESS_VM_WRITEV, uintptr(parent)) }, Killed},
	{"trace the parent", func() error { return raw(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(parent)) }, Killed},
	{"get a handle of the parent", func() error { return raw(unix.SYS_PIDFD_OPEN, uintptr(parent)) }, Killed},
	{"take a descriptor from the parent", func() error { return raw(unix.SYS_PIDFD_GETFD, 2, 0) }, Killed},
	{"compare itself with the parent", func() error { return raw(unix.SYS_KCMP, uintptr(parent), uintptr(parent)) }, Killed},
	{"ask who the parent is", func() error { return raw(unix.SYS_GETPPID) }, Killed},
}

// ofParent is the path of something that the kernel shows of the parent.
func ofParent(what string) string { return fmt.Sprintf("/proc/%d/%s", parent, what) }

func readMemory() error {
	memory, err := os.Open(ofParent("mem"))
	if err != nil {
		return err
	}
	defer memory.Close()
	found := make([]byte, len(secret))
	if _, err := memory.ReadAt(found, int64(address(&secret))); err != nil {
		return err
	}
	return stolen(found)
}

func readMemoryByCall() error {
	found := make([]byte, len(secret))
	here := []unix.Iovec{{Base: &found[0], Len: uint64(len(found))}}
	there := []unix.RemoteIovec{{Base: address(&secret), Len: len(secret)}}
	if _, err := unix.ProcessVMReadv(parent, here, there, 0); err != nil {
		return err
	}
	return stolen(found)
}
