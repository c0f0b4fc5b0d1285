package bundle

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"primrose/infra/config"
)

// What is deployed is the minified text, so it passes the edge function's own cases as well: under
// njs, which is as old as CloudFront's engine and as strict.
func TestMinifiedEdgeFunctionPassesItsCases(t *testing.T) {
	testdata := filepath.Join(root, "functions", "edge", "testdata")
	code, err := Edge(root, config.Edge{})
	if err != nil {
		t.Fatal(err)
	}
	var cases []json.RawMessage
	if err := json.Unmarshal([]byte(read(t, filepath.Join(testdata, "cases.json"))), &cases); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(njs(t, code+read(t, filepath.Join(testdata, "driver.js")), cases)), "\n")
	if len(answers) != len(cases) || len(cases) == 0 {
		t.Fatalf("%d answers to %d cases; the last: %s", len(answers), len(cases), answers[len(answers)-1])
	}
	for i := range cases {
		if got, want := outcome(t, []byte(answers[i])), outcome(t, cases[i]); got != want {
			t.Errorf("%s\n\tgot %+v", cases[i], got)
		}
	}
}

// An answer is what a case wants of the function: a path, or a problem.
type answer struct {
	Path, Code string
	Status     int
}

func outcome(t *testing.T, text []byte) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

// njs runs the script on the cases, a line each.
func njs(t *testing.T, script string, cases []json.RawMessage) string {
	t.Helper()
	dir := t.TempDir()
	var lines strings.Builder
	for _, c := range cases {
		lines.WriteString(strings.ReplaceAll(string(c), "\n", " ") + "\n")
	}
	scriptFile, casesFile := filepath.Join(dir, "edge.js"), filepath.Join(dir, "cases.jsonl")
	write(t, scriptFile, script)
	write(t, casesFile, lines.String())
	out, err := exec.Command("njs", "-u", scriptFile, casesFile).CombinedOutput()
	if err != nil {
		t.Fatalf("njs (of Debian's package njs): %v\n%s", err, out)
	}
	return string(out)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
