package lambdatest

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Freeze stops the process with all that it started, as Lambda does between
// one event and the next; here it may be within one, too. It returns when
// nothing of it runs any more.
func (h *Host) Freeze() error {
	if err := h.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if running, err := h.running(); !running {
			return err
		}
	}
	return errors.New("lambdatest: the process does not stop")
}

// running reports whether one of the processes is not stopped.
func (h *Host) running() (bool, error) {
	states, err := exec.Command("ps", "-A", "-o", "pgid=,state=").Output()
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(states)) {
		var group int64
		var state string
		if _, err := fmt.Sscan(line, &group, &state); err == nil && group == h.group.Load() && state[0] != 'T' {
			return true, nil
		}
	}
	return false, nil
}

// Thaw lets go on what was frozen.
func (h *Host) Thaw() error { return h.signal(syscall.SIGCONT) }

// Crash kills the process with all that it started, even within an invocation.
func (h *Host) Crash() error { return h.signal(syscall.SIGKILL) }

// signal does without the lock, which an invocation holds.
func (h *Host) signal(s syscall.Signal) error {
	group := h.group.Load()
	if group == 0 {
		return errors.New("lambdatest: no process")
	}
	return syscall.Kill(-int(group), s)
}
