package stacks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden templates anew")

// Templates in full. A golden says what a change does; whether it may is for the other tests to say.
func TestGoldens(t *testing.T) {
	synth(t)
	var goldens []string
	for _, stage := range recorded() {
		for _, file := range templates(t, out, stage.StackName()) {
			goldens = append(goldens, filepath.Join("testdata", filepath.Base(file)))
			t.Run(filepath.Base(file), func(t *testing.T) { compareGolden(t, file) })
		}
	}
	same(t, "goldens", templates(t, "testdata", ""), goldens)
}

// templates are the files of all templates in a folder, of the stacks whose names begin with prefix.
func templates(t *testing.T, dir, prefix string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, prefix+"*.template.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("templates in %s: %q (%v)", dir, files, err)
	}
	return files
}

// compareGolden compares a template with the golden of its name, or writes it.
func compareGolden(t *testing.T, file string) {
	t.Helper()
	got, golden := indent(t, file), filepath.Join("testdata", filepath.Base(file))
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(got) != string(want) {
		t.Errorf("the template differs from %s (%v).\nIf that is meant, run\n\tgo test ./infra/stacks -update\nand review what git diff says.", golden, err)
	}
}

// indent reads a template in the goldens' form: indented, sorted, and with < as <.
func indent(t *testing.T, file string) []byte {
	t.Helper()
	var v any
	readJSON(file, &v)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}
