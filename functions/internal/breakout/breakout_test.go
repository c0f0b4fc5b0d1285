//go:build linux && (amd64 || arm64)

package breakout

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain makes this test binary make the attempt that its argument names.
func TestMain(m *testing.M) {
	if os.Args[0] == executed {
		os.Exit(0) // in silence, as one that succeeds
	}
	if len(os.Args) == 2 {
		if attempt, ok := Find(os.Args[1]); ok {
			fmt.Print(Outcome(attempt.Try()))
			os.Exit(0)
		}
	}
	// Where processes may be traced by their ancestors only, this one's children may, too.
	unix.Prctl(unix.PR_SET_PTRACER, ^uintptr(0), 0, 0, 0)
	Plant()
	os.Exit(m.Run())
}

// outside makes an attempt in a process of its own, without a jail.
func outside(name string) (end string) {
	out, err := exec.Command(os.Args[0], name).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s%v", out, err)
	}
	return string(out)
}

// What stops an attempt in a jail isn't there outside: none ends so by itself.
func TestNothingStopsOutside(t *testing.T) {
	for _, attempt := range Attempts {
		t.Run(attempt.Name, func(t *testing.T) {
			end := outside(attempt.Name)
			if end == attempt.Stop && end == "ENOSYS" {
				t.Skip("this system doesn't have the call")
			}
			if end == attempt.Stop {
				t.Errorf("it ends with %s as in a jail", end)
			}
		})
	}
}

// Outside of a jail anybody succeeds at these: they are attempts indeed. The
// others take privileges, or only ask for a call without its arguments.
func TestSuccessOutside(t *testing.T) {
	for _, name := range []string{
		"read the parent's environment", "read the parent's memory map", "read the parent's memory", "write the parent's memory",
		"read the parent's status", "read the parent's command line", "list the parent's descriptors", "find the parent's executable",
		"list the parent's folder", "list the parent's root", "read the parent's memory by a call", "trace the parent",
		"get a handle of the parent", "ask who the parent is",
		"read its own environment", "read its own memory as a file", "write its own memory as a file", "read users",
		"list the root folder", "list all processes", "create a file", "write to a device", "remove a file", "link a file", "make a memory file",
		"make a TCP socket", "make a UDP socket", "make a unix socket", "make a pair of sockets",
		"execute", "fork",
		"map executable memory", "map memory to write and execute", "make memory executable",
		"signal the parent", "signal a thread", "have signals sent", "read the parent's limits",
		"become dumpable", "change a limit", "command a descriptor",
	} {
		if end := outside(name); end != "" {
			t.Errorf("to %s: %s", name, end)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, attempt := range Attempts {
		if seen[attempt.Name] {
			t.Errorf("two attempts are called %q", attempt.Name)
		}
		seen[attempt.Name] = true
	}
}
