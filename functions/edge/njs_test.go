package edge

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// runNJS runs the samples through Debian's njs, which is as old as
// CloudFront's engine and as strict. It keeps what a call waited for until it
// ends, so no process gets too many.
func runNJS(t *testing.T, stage Stage, samples []sample) []answer {
	t.Helper()
	driver, err := os.ReadFile("testdata/driver.js")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "script.js")
	if err := os.WriteFile(script, append([]byte(stage.Source()), driver...), 0o600); err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for some := range slices.Chunk(samples, 500) {
		answers = append(answers, runScript(t, script, some)...)
	}
	return answers
}

func runScript(t *testing.T, script string, samples []sample) []answer {
	t.Helper()
	njs, err := exec.LookPath("njs")
	if err != nil {
		t.Fatal("njs is not on the PATH; install Debian's package njs (apt-get install njs)")
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, s := range samples {
		if err := encoder.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	requests := filepath.Join(t.TempDir(), "requests.jsonl")
	if err := os.WriteFile(requests, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(njs, "-u", "-p", "testdata", script, requests).CombinedOutput()
	if err != nil {
		t.Fatalf("njs: %v\n%s", err, output)
	}
	decoder := json.NewDecoder(bytes.NewReader(output))
	answers := make([]answer, len(samples))
	for i := range answers {
		if err := decoder.Decode(&answers[i]); err != nil {
			t.Fatalf("njs stopped at %s: %v\n%s", samples[i], err, output)
		}
	}
	return answers
}
