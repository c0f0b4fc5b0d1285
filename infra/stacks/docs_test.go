package stacks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Who follows the README installs what the build pins.
func TestREADMENamesPinnedVersions(t *testing.T) {
	readme := read(t, "README.md")
	for _, pin := range []struct{ file, pattern, name string }{
		{"go.mod", `(?m)^go ([0-9]+\.[0-9]+)`, "Go"},
		{"functions/go.mod", `(?m)^go ([0-9]+\.[0-9]+)`, "Go"},
		{"go.mod", `/awscdk/v2 v(\S+)`, "awscdk"},
		{"go.mod", `/cdknag/v2 v(\S+)`, "cdk-nag"},
		{"package.json", `"aws-cdk": "(\S+)"`, "aws-cdk"},
	} {
		found := regexp.MustCompile(pin.pattern).FindStringSubmatch(read(t, pin.file))
		if found == nil {
			t.Errorf("%s pins no %s", pin.file, pin.name)
			continue
		}
		if want := pin.name + " " + found[1]; !strings.Contains(readme, want) {
			t.Errorf("the README does not name %s, which %s pins", want, pin.file)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Links between the documents lead somewhere.
func TestDocsLinkToFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links(string(text)) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), link)); err != nil {
				t.Errorf("%s links to %s: %v", file, link, err)
			}
		}
	}
}

// links are the files that a document links to, without the sections in them.
func links(markdown string) []string {
	var all []string
	for _, rest := range strings.Split(markdown, "](")[1:] {
		link, _, _ := strings.Cut(rest, ")")
		link, _, _ = strings.Cut(link, "#")
		if link != "" && !strings.Contains(link, "://") {
			all = append(all, link)
		}
	}
	return all
}
