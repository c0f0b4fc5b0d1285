//go:build linux && (amd64 || arm64)

package breakout

import "golang.org/x/sys/unix"

// onPrograms becomes another program, or starts one.
var onPrograms = []Attempt{
	{"execute", func() error { return unix.Exec("/proc/self/exe", []string{executed, "-h"}, nil) }, Killed},
	{"execute by a descriptor", func() error { return raw(unix.SYS_EXECVEAT) }, Killed},
	{"fork", fork, Killed},
	{"fork by the newer call", func() error { return raw(unix.SYS_CLONE3) }, "ENOSYS"},
	{"make a namespace", func() error { return raw(unix.SYS_UNSHARE, unix.CLONE_NEWUSER) }, Killed},
	{"enter a namespace", func() error { return raw(unix.SYS_SETNS) }, Killed},
	{"load a program into the kernel", func() error { return raw(unix.SYS_BPF) }, Killed},
	{"load a module into the kernel", func() error { return raw(unix.SYS_FINIT_MODULE) }, Killed},
	{"start another kernel", func() error { return raw(unix.SYS_KEXEC_LOAD, 0, 0, 0, unknown) }, Killed}, // by no flags it would unload one
}

// executed is what a program is called that was executed.
const executed = "breakout"

// unknown are flags that no call has.
const unknown = ^uintptr(0)

func fork() error {
	child, err := result(unix.SYS_CLONE, uintptr(unix.SIGCHLD))
	if err != nil {
		return err
	}
	if child == 0 {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	_, err = unix.Wait4(int(child), nil, 0, nil)
	return err
}
