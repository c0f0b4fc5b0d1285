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
	for _, s := range suites(t) {
		code, err := Edge(root, s.edge())
		if err != nil {
			t.Fatal(err)
		}
		answers := strings.Split(strings.TrimSpace(njs(t, code+read(t, filepath.Join(testdata, "driver.js")), s)), "\n")
		if len(answers) != len(s.Cases) || len(s.Cases) == 0 {
			t.Fatalf("%d answers to %d cases; the last: %s", len(answers), len(s.Cases), answers[len(answers)-1])
		}
		for i := range s.Cases {
			if got, want := outcome(t, []byte(answers[i])), outcome(t, s.Cases[i]); got != want {
				t.Errorf("%s\n\tgot %+v", s.Cases[i], got)
			}
		}
	}
}

var testdata = filepath.Join(root, "functions", "edge", "testdata")

// A suite is a stage with cases for it, a case a line.
type suite struct {
	Keys            []string
	Imgix, Optional bool
	Widths          []int
	Store           json.RawMessage // what the KeyValueStore holds
	Cases           []json.RawMessage
}

func (s suite) edge() config.Edge {
	signing := config.Signing{Mode: config.SigningOff, Keys: s.Keys, Imgix: s.Imgix}
	switch {
	case s.Optional:
		signing.Mode = config.SigningOptional
	case s.Keys != nil || s.Imgix:
		signing.Mode = config.SigningRequired
	}
	return config.Edge{Widths: s.Widths, Signing: signing}
}

// suites are the open stage and the others.
func suites(t *testing.T) []suite {
	t.Helper()
	all := make([]suite, 1)
	if err := json.Unmarshal([]byte(read(t, filepath.Join(testdata, "cases.json"))), &all[0].Cases); err != nil {
		t.Fatal(err)
	}
	var others []suite
	if err := json.Unmarshal([]byte(read(t, filepath.Join(testdata, "stages.json"))), &others); err != nil {
		t.Fatal(err)
	}
	return append(all, others...)
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

// njs runs the script on a suite's cases, a line each.
func njs(t *testing.T, script string, s suite) string {
	t.Helper()
	dir := t.TempDir()
	var lines strings.Builder
	for _, c := range s.Cases {
		line := strings.ReplaceAll(string(c), "\n", " ")
		if s.Store != nil {
			line = `{"store":` + string(s.Store) + "," + line[1:]
		}
		lines.WriteString(line + "\n")
	}
	scriptFile, casesFile := filepath.Join(dir, "edge.js"), filepath.Join(dir, "cases.jsonl")
	write(t, scriptFile, script)
	write(t, casesFile, lines.String())
	out, err := exec.Command("njs", "-u", "-p", testdata, scriptFile, casesFile).CombinedOutput()
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
