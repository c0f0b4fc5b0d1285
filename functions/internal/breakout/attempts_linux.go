//go:build linux && (amd64 || arm64)

package breakout

import (
	"errors"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Attempts is all that is tried.
var Attempts = slices.Concat(onParent, onFiles, onNetwork, onPrograms, onMemory, onProcesses, onRights)

const (
	denied    = "EACCES"
	forbidden = "EPERM"
)

// Outcome says how an attempt ended: "" if it succeeded, or with which error.
func Outcome(err error) string {
	if err == nil {
		return ""
	}
	if errno, ok := errors.AsType[unix.Errno](err); ok {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}

// parent was asked for before the jail was closed: inside, even that is not
// allowed.
var parent = unix.Getppid()

// raw makes a system call past Go's runtime and the C library.
func raw(call uintptr, args ...uintptr) error {
	_, err := result(call, args...)
	return err
}

func result(call uintptr, args ...uintptr) (uintptr, error) {
	args = append(args, 0, 0, 0, 0, 0, 0)
	r, _, errno := unix.RawSyscall6(call, args[0], args[1], args[2], args[3], args[4], args[5])
	if errno != 0 {
		return 0, errno
	}
	return r, nil
}

// address is what the kernel gets of a variable that stays where it is.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// anonymous maps a page of memory.
func anonymous(protection int) ([]byte, error) {
	return unix.Mmap(-1, 0, unix.Getpagesize(), protection, unix.MAP_ANON|unix.MAP_PRIVATE)
}
