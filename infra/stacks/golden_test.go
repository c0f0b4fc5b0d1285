package stacks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"primrose/infra/config"
)

var update = flag.Bool("update", false, "write the golden templates anew")

// The templates of all stages, in full. A golden says what a change does; whether it may is for the
// other tests to say.
func TestGoldens(t *testing.T) {
	synth(t)
	for _, stage := range config.Stages() {
		t.Run(stage.Name, func(t *testing.T) {
			got := indent(t, filepath.Join(out, templateFile(stage)))
			file := filepath.Join("testdata", templateFile(stage))
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("the template differs from %s (%v).\nIf that is meant, run\n\tgo test ./infra/stacks -update\nand review what git diff says.", file, err)
			}
		})
	}
}

// templateFile is the name of a stage's template, here and in cdk.out.
func templateFile(stage config.Stage) string { return stage.StackName() + ".template.json" }

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
