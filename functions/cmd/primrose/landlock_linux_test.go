package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"primrose/functions/internal/breakout"
)

// withoutLandlock in the environment makes this test binary see a kernel that
// doesn't offer landlock, as AWS Lambda's may not.
const withoutLandlock = "PRIMROSE_TEST_WITHOUT_LANDLOCK"

func init() {
	if os.Getenv(withoutLandlock) == "" {
		return
	}
	if err := hideLandlock(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// hideLandlock has this process, and all that come of it, told that there is no
// such call.
func hideLandlock() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_LANDLOCK_CREATE_RULESET, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EOPNOTSUPP)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})))
	if errno != 0 {
		return errno
	}
	return nil
}

// TestJailCheckWithoutLandlock: the other layers hold everything, as long as
// no text is drawn and the service isn't root's.
func TestJailCheckWithoutLandlock(t *testing.T) {
	check := primrose(t, "jail-check")
	if os.Getuid() == 0 {
		runAsNobody(t, check)
	}
	check.Env = append(check.Env, withoutLandlock+"=1")
	out, err := check.CombinedOutput()
	n := len(breakout.Attempts)
	if err != nil || !strings.Contains(string(out), "✗ landlock: this kernel does not offer it") ||
		!strings.Contains(string(out), fmt.Sprintf("%d attempts, %d stopped", n, n)) {
		t.Errorf("%v:\n%s", err, out)
	}

	withFonts := primrose(t, "jail-check", "--fonts")
	withFonts.Env = append(withFonts.Env, withoutLandlock+"=1")
	out, err = withFonts.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "✗ read users                           succeeds; want fails: EACCES") {
		t.Errorf("while text is drawn, any file can be read, but: %v\n%s", err, out)
	}
}
