package tutorial

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/mistake"
	"primrose/functions/internal/twin/template"
)

// scripts/smoke finds what is wrong, says what to do, and fails. What is right
// it still finds right. (That it finds nothing else wrong is shown where the
// tutorial runs it.)
func TestSmokeFails(t *testing.T) {
	out, err := smoke(t, "primrose-prod-eu-central-1",
		"operations can be had without a signature",
		"images can be had without the key",
		"there is no HEAD",
		"the edge serves without TLS",
		"no policy says how images are served",
		"the service counts by another name than its alarms watch",
	)
	if err == nil {
		t.Error("it succeeds")
	}
	for _, said := range []string{
		"✗ neither do operations\n    got   200",
		"✗ the API answers no stranger\n    got   200",
		"✗ HEAD of what must be made ends, too\n    got   4",
		"✗ http leads to https\n    got   200",
		"✗ nothing can run on a page",
		"✗ all alarms have been evaluated",
		"✓ a URL that nobody signed is refused",
		"✓ a variant is made",
		"✓ a replaced original shows",
	} {
		if !strings.Contains(out, said) {
			t.Errorf("it doesn't say %q", said)
		}
	}
	if t.Failed() {
		t.Log(out, err)
	}
}

// smoke runs the script against a twin with mistakes.
func smoke(t *testing.T, stack string, mistakes ...string) (string, error) {
	t.Helper()
	dir := assembly(t)
	text, err := os.ReadFile(filepath.Join(dir, stack+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range mistakes {
		if text, err = called(t, name).Make(text); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := template.Parse(text, dir, stack)
	if err != nil {
		t.Fatal(err)
	}
	n := listen(t)
	made, err := twin.New(parsed, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	hurry(t, made.Clock)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	printed, err := visitor(t, n).Run(ctx, []Step{{Command: pushKeys(parsed) + "scripts/smoke " + stack}})
	return strings.Join(printed, ""), err
}

// pushKeys is what comes before, where URLs are signed.
func pushKeys(stack *template.Stack) string {
	if stack.Outputs["PushKeys"] == "" {
		return ""
	}
	return "make primrose; build/" + stack.Outputs["PushKeys"] + "\n"
}

func called(t *testing.T, name string) mistake.Mistake {
	t.Helper()
	for _, m := range mistake.All() {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no mistake %q", name)
	return mistake.Mistake{}
}
