package jailcheck

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"primrose/functions/internal/breakout"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/jail"
	"primrose/functions/internal/vips"
	"primrose/functions/internal/worker"
)

// unsealed is the role of a worker that doesn't close its jail.
const unsealed = "unsealed"

func TestMain(m *testing.M) {
	Main()
	if len(os.Args) == 3 && os.Args[1] == unsealed {
		processor, err := engine.New(os.Args[2], "")
		if err == nil {
			err = worker.Serve(turn(processor.Run), jail.Report{})
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// needJail skips what can't be shown of a jail that this system doesn't have,
// or has in part.
func needJail(t *testing.T, report jail.Report) {
	t.Helper()
	if len(breakout.Attempts) == 0 {
		t.Skip("there is no jail on", runtime.GOOS)
	}
	if lack := report.Lack(jail.Landlock); lack == jail.NotOffered {
		t.Skip("landlock:", lack)
	}
}

// A worker that turns gets nowhere, even while it draws text. The command's
// tests check one that doesn't.
func TestCheck(t *testing.T) {
	report, findings, err := Check(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	needJail(t, report)
	if missing := report.Missing(); missing != nil {
		t.Errorf("the jail lacks %q", missing)
	}
	if len(findings) != len(breakout.Attempts) {
		t.Errorf("%d findings, want one for each of %d attempts", len(findings), len(breakout.Attempts))
	}
	for _, f := range findings {
		if !f.Stopped() {
			t.Errorf("to %s: %q, want %s", f.Name, f.End, f.Stop)
		}
	}
}

// What isn't stopped is told. Here a jail isn't closed: landlock holds, and
// the filter is missing.
func TestCheckFindsHoles(t *testing.T) {
	library, err := vips.Find()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	report, findings, err := check(t.Context(), worker.Config{Command: []string{self, unsealed, library}, Files: []string{library}}, false)
	if err != nil {
		t.Fatal(err)
	}
	needJail(t, report)
	if report.Whole() {
		t.Error("a jail of which nothing is known is whole")
	}
	succeeds := func(name string) bool {
		return slices.ContainsFunc(findings, func(f Finding) bool { return f.Name == name && f.End == "" && !f.Stopped() })
	}
	for _, name := range []string{"make a UDP socket", "make a unix socket", "fork", "map executable memory", "make a memory file"} {
		if !succeeds(name) {
			t.Errorf("nothing is found that lets a worker %s", name)
		}
	}
	if succeeds("read users") {
		t.Error("landlock doesn't hold")
	}
}
