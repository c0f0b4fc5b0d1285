package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"primrose/functions/internal/breakout"
	"primrose/functions/internal/refusaltest"
)

// withoutLandlock in the environment makes this test binary see a kernel that
// doesn't offer landlock, as AWS Lambda's may not.
const withoutLandlock = "PRIMROSE_TEST_WITHOUT_LANDLOCK"

func init() {
	if os.Getenv(withoutLandlock) == "" {
		return
	}
	if err := refusaltest.Call(unix.SYS_LANDLOCK_CREATE_RULESET, unix.EOPNOTSUPP); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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
