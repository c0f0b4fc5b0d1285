package tutorial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Shell is where steps are typed.
type Shell struct {
	Dir string   // the working folder
	Env []string // the whole environment

	// Ready is a command that succeeds once what goes on beside the others can be
	// used. It is repeated for half a minute.
	Ready string
}

// header makes a shell that ends at the first failure, as nobody would go on
// after one.
const header = `set -euo pipefail
ready() { for try in $(seq 300); do if %s; then return; fi; sleep 0.1; done; return 1; }
`

// Run types the steps into one shell, one after the other, and returns what
// each printed. The error says which step failed, or printed something else
// than the tutorial says, and what it printed. Whatever still runs beside is
// ended.
func (s Shell) Run(ctx context.Context, steps []Step) (printed []string, err error) {
	dir, err := os.MkdirTemp("", "tutorial")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var script strings.Builder
	fmt.Fprintf(&script, header, cmp.Or(s.Ready, "true"))
	for i, step := range steps {
		base := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(base, []byte(step.Command+"\n"), 0o600); err != nil {
			return nil, err
		}
		if step.Beside {
			fmt.Fprintf(&script, "touch %s.out; . %[1]s >%[1]s.out 2>%[1]s.err & ready\n", base)
		} else {
			fmt.Fprintf(&script, ". %s >%[1]s.out 2>%[1]s.err\n", base)
		}
	}
	failed := s.bash(ctx, script.String())
	for i := range steps {
		out, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.out", i)))
		if err != nil { // not reached
			break
		}
		printed = append(printed, string(out))
	}
	if last := len(printed) - 1; failed != nil && last >= 0 {
		complaint, _ := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.err", last)))
		return printed, fmt.Errorf("line %d: %w\n%s\nprints:\n%s%s", steps[last].Line, failed, steps[last].Command, printed[last], complaint)
	}
	return printed, errors.Join(failed, judge(steps, printed))
}

// judge compares what was printed with what the tutorial says.
func judge(steps []Step, printed []string) error {
	var errs []error
	for i, out := range printed {
		if !steps[i].Printed(out) {
			errs = append(errs, fmt.Errorf("line %d prints what the tutorial doesn't say:\n%s", steps[i].Line, out))
		}
	}
	return errors.Join(errs...)
}

// bash runs a script in a process group of its own, of which nothing is left.
func (s Shell) bash(ctx context.Context, script string) error {
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir, cmd.Env = s.Dir, s.Env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return err
	}
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	return cmd.Wait()
}
