//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Conceal keeps this process's memory, environment and descriptors from
// other processes of its user, through /proc as well as by tracing. They are
// root's then, also for debuggers. A program that it executes is as it would
// be otherwise.
func Conceal() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}

// Enter confines this process by what outlives an execution, and executes
// itself again with the given arguments. Files are what it may read besides
// the system's libraries and fonts. It returns only if the execution fails;
// whether the confinement did is for [Seal] to see.
func Enter(args []string, files ...string) error {
	runtime.LockOSThread() // whose confinement it is until the execution
	self, err := os.Executable()
	if err != nil {
		return err
	}
	refuseNewPrivs()
	confine(self, files)
	return os.NewSyscallError("exec", syscall.Exec(self, append([]string{self}, args...), os.Environ()))
}

// Seal closes the jail around all threads of this process, and reports which
// layers hold: those of [Enter]'s are asked for, not believed in. From here on
// the process opens, executes and connects to nothing.
func Seal() Report {
	r := Report{}
	r.Note(Landlock, probeLandlock())
	r.Note(Limits, limit())
	r.Note(Undumpable, Conceal())
	runtime.LockOSThread() // privileges and filter are given to one thread, which shares them
	defer runtime.UnlockOSThread()
	r.Note(NoNewPrivs, refuseNewPrivs())
	r.Note(Seccomp, filter())
	return r
}

// refuseNewPrivs is also what an unprivileged process must do before it may
// confine itself.
func refuseNewPrivs() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

// limits are hard: they can't be raised again.
var limits = []struct {
	resource int
	most     uint64
}{
	{unix.RLIMIT_CORE, 0},
	{unix.RLIMIT_FSIZE, 0},   // bytes of a file; pipes and sockets have no size
	{unix.RLIMIT_NOFILE, 64}, // a job has five or so, and a text's fonts some more
}

func limit() error {
	var errs []error
	for _, l := range limits {
		// syscall's, unlike unix's, tells Go to leave NOFILE as it is now.
		err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: l.most, Max: l.most})
		errs = append(errs, os.NewSyscallError(fmt.Sprintf("setrlimit %d", l.resource), err))
	}
	return errors.Join(errs...)
}
