package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/barrage"
)

// Targets are found in all packages of a module, but in no module within it.
func TestFind(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                 "module a",
		"b/c_test.go":            "func FuzzC(f *testing.F) {}\nfunc Fuzz(x int) {}\n// func FuzzNo(\nfunc FuzzD(f *testing.F) {}",
		"b/d.go":                 "func FuzzNo(",
		"b/testdata/x_test.go":   "func FuzzNo(",
		"node_modules/x_test.go": "func FuzzNo(",
		"e/go.mod":               "module e",
		"e/f/f_test.go":          "func FuzzF(",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inner := filepath.Join(root, "e")
	got, err := find([]string{root, inner})
	b := filepath.Join(root, "b")
	if want := []target{{b, "FuzzC"}, {b, "FuzzD"}, {filepath.Join(inner, "f"), "FuzzF"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("found %v, %v; want %v", got, err, want)
	}
}

func TestExecutions(t *testing.T) {
	const output = "fuzz: elapsed: 0s, gathering baseline coverage: 3/3 completed\n" +
		"fuzz: elapsed: 3s, execs: 14325 (4771/sec), new interesting: 1 (total: 14)\n" +
		"fuzz: elapsed: 6s, execs: 1014325 (0/sec), new interesting: 1 (total: 14)\nPASS\n"
	if got := executions([]byte(output)); got != 1014325 {
		t.Errorf("%d inputs", got)
	}
	if got := executions([]byte("FAIL	a [build failed]")); got != 0 {
		t.Errorf("%d inputs of a target that wasn't built", got)
	}
}

// Only an end that names no input is none.
func TestTimeUp(t *testing.T) {
	const over = "fuzz: elapsed: 10s, execs: 202848 (26065/sec), new interesting: 3 (total: 53)\n" +
		"--- FAIL: FuzzSign (10.07s)\n    context deadline exceeded\nFAIL\nexit status 1\n"
	if !timeUp.MatchString(over) {
		t.Error("the end of the time is a finding")
	}
	for _, finding := range []string{
		"--- FAIL: FuzzSign (10.07s)\n    --- FAIL: FuzzSign (0.00s)\n        context deadline exceeded\n    \n    Failing input written to testdata/fuzz/FuzzSign/1\nFAIL\n",
		"--- FAIL: FuzzSign (10.07s)\n    context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzSign/1\nFAIL\n",
		"--- FAIL: FuzzSign (10.07s)\n    fuzzing process hung or terminated unexpectedly: exit status 2\nFAIL\n",
	} {
		if timeUp.MatchString(finding) {
			t.Errorf("no finding: %s", finding)
		}
	}
}

// One finding among many is what the run ends with.
func TestVerdict(t *testing.T) {
	rows := []row{
		{name: "a FuzzA", inputs: 999},
		{name: "mutated images, png", inputs: 1_000_000, tally: &barrage.Tally{Made: 1, Refused: 999_999}},
		{name: "b FuzzB", inputs: 1, findings: []string{"b FuzzB: exit status 1"}},
	}
	if err := verdict(rows[:2]); err != nil {
		t.Errorf("nothing was found, and the run ends with %v", err)
	}
	if err := verdict(rows); err == nil || !strings.Contains(err.Error(), "FuzzB") {
		t.Errorf("the run ends with %v", err)
	}
	lines := strings.Split(strings.TrimSpace(table(rows)), "\n")
	if want := []string{"all", "1,001,000", "1", "999,999", "0", "0", "1"}; !slices.Equal(strings.Fields(lines[4]), want) {
		t.Errorf("the sum is %q, want %q", lines[4], want)
	}
}
