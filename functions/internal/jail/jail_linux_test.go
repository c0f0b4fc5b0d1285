//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"primrose/functions/internal/breakout"
)

// The roles of this test binary, by its first argument.
const (
	inside    = "inside"    // seals the jail and acts
	fontless  = "fontless"  // seals a jail without fonts and acts
	closed    = "closed"    // seals a jail with fonts, closes it and acts
	drawing   = "drawing"   // closes it but for the fonts and acts
	concealed = "concealed" // conceals itself before a child acts
	open      = "open"      // doesn't, before a child acts
	acting    = "acting"    // acts outside of any jail
)

// reporting is what a role does that makes no attempt.
const reporting = "report"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 {
		play(os.Args[1], os.Args[2])
	}
	status, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// play returns if there is no such role.
func play(role, act string) {
	switch role {
	case inside, fontless, closed, drawing:
		perform(role, act)
	case concealed, open:
		breakout.Plant()
		unix.Prctl(unix.PR_SET_PTRACER, ^uintptr(0), 0, 0, 0) // where only ancestors may trace
		if role == concealed {
			if err := Conceal(); err != nil {
				fmt.Println(err)
			}
		}
		child := exec.Command(os.Args[0], acting, act)
		child.Stdout = os.Stdout
		if err := child.Run(); err != nil {
			fmt.Println(err)
		}
	case acting:
		fmt.Print(attempt(act))
	default:
		return
	}
	os.Exit(0)
}

// perform seals the jail, and closes it, then acts on a thread that was there before.
func perform(role, act string) {
	sealed, done := make(chan bool), make(chan string)
	started := make(chan bool)
	go func() {
		runtime.LockOSThread()
		close(started)
		<-sealed
		done <- attempt(act)
	}()
	<-started
	report := Seal(role != fontless)
	if role == closed || role == drawing {
		if err := Close(role == drawing); err != nil {
			fmt.Println(err)
		}
	}
	if act == reporting {
		fmt.Printf("%q", report.Missing())
		os.Exit(0)
	}
	close(sealed)
	fmt.Print(<-done)
}

// attempt makes an attempt of package breakout, or of our own, and says how it
// ended.
func attempt(name string) string {
	if try, ok := own[name]; ok {
		return breakout.Outcome(try())
	}
	if name == limiting {
		return tellLimits()
	}
	a, ok := breakout.Find(name)
	if !ok {
		return "there is no attempt to " + name
	}
	return breakout.Outcome(a.Try())
}

// users are who the tests run as, and somebody without privileges.
func users() []uint32 {
	if os.Getuid() != 0 {
		return []uint32{uint32(os.Getuid())}
	}
	return []uint32{0, 65534}
}

// executable is a copy of this executable that any user may execute.
var executable string

func testMain(m *testing.M) (status int, err error) {
	dir, err := os.MkdirTemp("", "jail")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	executable = filepath.Join(dir, "test")
	content, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(executable, content, 0o755)
	}
	if err := errors.Join(err, os.Chmod(dir, 0o755)); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// How a process is started.
var (
	freely   = (*exec.Cmd).Start
	confined = func(command *exec.Cmd) error { return Start(command) }
	limited  = func(command *exec.Cmd) error {
		command.Path, command.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -n 32; exec "$0" "$@"`}, command.Args...)
		return command.Start()
	}
)

// run starts this binary in a role and returns what it says, or how it died.
func run(t *testing.T, start func(*exec.Cmd) error, uid uint32, role, act string) string {
	t.Helper()
	command := exec.Command(executable, role, act)
	command.Dir = "/"
	command.Env = []string{"SECRET=1"}
	var out, complaints strings.Builder
	command.Stdout, command.Stderr = &out, &complaints
	if int(uid) != os.Getuid() {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	if err := start(command); err != nil {
		t.Fatal(err)
	}
	err := command.Wait()
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return unix.SignalName(status.Signal())
	}
	if err != nil {
		t.Fatalf("%s %q: %v: %s%s", role, act, err, &out, &complaints)
	}
	return out.String()
}

// needLandlock skips what a kernel without landlock can't show.
func needLandlock(t *testing.T) {
	if _, err := landlockVersion(); err != nil {
		t.Skip("landlock:", err)
	}
}

func TestJailIsWhole(t *testing.T) {
	needLandlock(t)
	for _, uid := range users() {
		if got := run(t, confined, uid, inside, reporting); got != "[]" {
			t.Errorf("as user %d these layers are missing: %s", uid, got)
		}
		if got := run(t, limited, uid, inside, reporting); got != `["landlock: the root folder can be read"]` {
			t.Errorf("as user %d, whose limits are stricter: missing is %s", uid, got)
		}
		if got := run(t, freely, uid, inside, reporting); got != `["landlock: the root folder can be read"]` {
			t.Errorf("as user %d, sealed and not confined: missing is %s", uid, got)
		}
	}
}

// Without landlock, files can be read where fonts are; the rest of the jail
// stands.
func TestSealAlone(t *testing.T) {
	for act, want := range map[string]string{
		"read users":               "EACCES",
		"list the root folder":     "EACCES",
		"read its own environment": "EACCES",
		"create a file":            "EACCES",
	} {
		if got := run(t, freely, users()[0], fontless, act); got != want {
			t.Errorf("without fonts, to %s: %s, want %s", act, got, want)
		}
	}
	for act, want := range map[string]string{
		"read users":                  "",
		"create a file":               "EACCES",
		"make a TCP socket":           "SIGSYS",
		"signal the parent":           "SIGSYS",
		"change a limit":              "EPERM",
		"make a call that is unknown": "SIGSYS",
		"make a unix socket":          "SIGSYS",
		"map executable memory":       "EACCES",
	} {
		if got := run(t, freely, users()[0], inside, act); got != want {
			t.Errorf("to %s: %s, want %s", act, got, want)
		}
	}
}

// Where a process has closed its jail, files can't be read even where fonts are,
// nor can it be closed any more.
func TestCloseAlone(t *testing.T) {
	for _, uid := range users() {
		for _, test := range []struct{ role, act, want string }{
			{closed, "read users", "EACCES"},
			{closed, "list the root folder", "EACCES"},
			{closed, "read its own environment", "EACCES"},
			{closed, "create a file", "EACCES"},
			{closed, "filter as a jail is closed", "SIGSYS"},
			{closed, "make a unix socket", "SIGSYS"},
			{drawing, "read users", ""},
			{drawing, "create a file", "EACCES"},
			{drawing, "filter as a jail is closed", "SIGSYS"},
			{inside, "filter as a jail is closed", "EFAULT"}, // without a filter
			{inside, "filter otherwise", "SIGSYS"},
		} {
			if got := run(t, freely, uid, test.role, test.act); got != test.want {
				t.Errorf("as user %d, %s, to %s: %s, want %s", uid, test.role, test.act, got, test.want)
			}
		}
	}
}

// A process of the same user can look into any, but not into one that
// conceals itself. Root's can: there landlock is in the way.
func TestConceal(t *testing.T) {
	uid := users()[len(users())-1]
	for act, want := range map[string]string{
		"read the parent's environment":      "EACCES",
		"read the parent's memory map":       "EACCES",
		"read the parent's memory":           "EACCES",
		"read the parent's memory by a call": "EPERM",
		"trace the parent":                   "EPERM",
		"list the parent's descriptors":      "EACCES",
		"list the parent's folder":           "EACCES",
		"find the parent's executable":       "EACCES",
	} {
		if got := run(t, freely, uid, open, act); got != "" {
			t.Errorf("to %s: %s, want nothing in the way", act, got)
		}
		if got := run(t, freely, uid, concealed, act); got != want {
			t.Errorf("to %s, which conceals itself: %s, want %s", act, got, want)
		}
	}
}

// What confines a child must not confine its parent: not the threads that are
// there, and not those that come. The one that started it ends.
func TestStartLeavesTheParentFree(t *testing.T) {
	before := threads(t)
	for range 20 {
		if got := run(t, confined, users()[0], inside, "read users"); got != "EACCES" {
			t.Errorf("the child: %s", got)
		}
	}
	all := make(chan error)
	const n = 20
	meet := sync.WaitGroup{}
	meet.Add(n)
	for range n { // threads: none is let go before all are there
		go func() {
			runtime.LockOSThread()
			meet.Done()
			meet.Wait()
			_, err := os.ReadDir("/")
			all <- err
		}()
	}
	for range n {
		if err := <-all; err != nil {
			t.Error("the parent can't read any more:", err)
		}
	}
	// The last one may be about to end.
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline) && !slices.Equal(threads(t), before); {
		runtime.Gosched()
	}
	if got := threads(t); !slices.Equal(got, before) {
		t.Errorf("no_new_privs of the parent's threads: %v, before %v", got, before)
	}
}

// threads are the values of no_new_privs that this process's threads have.
func threads(t *testing.T) []string {
	t.Helper()
	lists, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(lists) == 0 {
		t.Fatal("no threads:", err)
	}
	var found []string
	for _, list := range lists {
		status, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has just ended
		}
		_, value, _ := strings.Cut(string(status), "NoNewPrivs:")
		value, _, _ = strings.Cut(value, "\n")
		found = append(found, strings.TrimSpace(value))
	}
	slices.Sort(found)
	return slices.Compact(found)
}
