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

// An assembly is checked where CDK wrote it, and what is wrong is said in sentences, all at once.
func TestCheckAssembly(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := CheckAssembly(dir); err == nil {
		t.Error("a folder without a manifest passed")
	}
	write("manifest.json", `{"artifacts":{
		"home": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-central-1", "properties": {"templateFile": "home.json"}},
		"tree": {"type": "cdk:tree"}}}`)
	write("home.json", `{"Resources":{}}`)
	if err := CheckAssembly(dir); err != nil {
		t.Errorf("an empty template: %v", err)
	}
	write("home.json", `{"Resources":{
		"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 2}},
		"Wall": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "CLOUDFRONT"}}}}`)
	err := CheckAssembly(dir)
	if err == nil {
		t.Fatal("two mistakes passed")
	}
	for _, want := range []string{
		"home, Logs: RetentionInDays is 2: use one of 1, 3, 5,",
		"home, Wall: a web ACL for CloudFront exists in us-east-1 only, and this stack is in eu-central-1 (waf-scope, see https://docs.aws.amazon.com/waf/",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q:\n%v", want, err)
		}
	}
}
