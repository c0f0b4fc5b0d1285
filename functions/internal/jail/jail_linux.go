//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// Start starts a command confined by what a process inherits: it can't gain
// privileges, and of the file system it sees the system's libraries, its
// executable, and the given files and folders. Whether the confinement succeeds
// is for [Seal] to see.
func Start(command *exec.Cmd, files ...string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0) // which the confined thread couldn't
	if err != nil {
		return err
	}
	defer null.Close()
	if command.Stdin == nil {
		command.Stdin = null
	}
	if command.Stdout == nil {
		command.Stdout = null
	}
	return onLastThread(func() error {
		refuseNewPrivs()
		confine(command.Path, files)
		return command.Start()
	})
}

// onLastThread runs f on a thread that does nothing else afterwards. What f
// does to it stays with it and the processes that it starts: Go begins no
// thread from one that a goroutine holds.
func onLastThread(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if unix.Gettid() != unix.Getpid() {
			done <- f()
			return
		}
		// But the main thread wouldn't end. While it is held, f gets another.
		defer runtime.UnlockOSThread()
		done <- onLastThread(f)
	}()
	return <-done
}

// Seal closes the jail around all threads of this process, and reports which
// layers hold: those of [Start] are asked for, not believed in. From here on
// the process opens, executes and connects to nothing; but with fonts it opens
// files for reading, which are those of [Start] or, without landlock, any.
func Seal(fonts bool) Report {
	r := Report{}
	r.Note(Landlock, probeLandlock())
	r.Note(Limits, limit())
	r.Note(Undumpable, Conceal())
	runtime.LockOSThread() // privileges and filter are given to one thread, which shares them
	defer runtime.UnlockOSThread()
	r.Note(NoNewPrivs, refuseNewPrivs())
	r.Note(Seccomp, filter(program(here(), uint32(os.Getpid()), fonts)))
	return r
}

// Close takes from a sealed process, for good, what it will not need any more:
// to be closed again, and unless it has yet to draw text, to open files.
func Close(fonts bool) error { return filter(last(here(), fonts)) }

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
		var now syscall.Rlimit
		err := syscall.Getrlimit(l.resource, &now)
		if most := min(l.most, now.Max); err == nil { // a stricter one can't be raised
			// syscall's, unlike unix's, tells Go to leave NOFILE as it is now.
			err = syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: most, Max: most})
		}
		errs = append(errs, os.NewSyscallError(fmt.Sprintf("setrlimit %d", l.resource), err))
	}
	return errors.Join(errs...)
}
