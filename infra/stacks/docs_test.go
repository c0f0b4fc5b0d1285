package stacks_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// The alarms and the runbook's sections are the same, and what a section says to look at exists.
func TestRunbook(t *testing.T) {
	runbook := read(t, "docs/runbook.md")
	var sections []string
	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(runbook, -1) {
		sections = append(sections, heading[1])
	}
	anchors := map[string]bool{}
	alarms(t, func(t *testing.T, id string, _ template, alarm object) { anchors[anchorOf(alarm)] = true })
	same(t, "sections", sections, slices.Collect(maps.Keys(anchors)))

	known := map[string]bool{}
	for _, stage := range stages() {
		made := home(t, stage)
		for _, w := range widgets(t, made) {
			known[text(w.Properties["title"])] = true
		}
		for _, id := range made.of("AWS::Logs::QueryDefinition") {
			_, name, _ := strings.Cut(text(made.Resources[id].Properties["Name"]), "/")
			known[name] = true
		}
	}
	references := regexp.MustCompile(`\*\*([^*]+)\*\*|_([a-z][a-z ]+)_|\]\(#([a-z-]+)\)`)
	for _, r := range references.FindAllStringSubmatch(strings.ReplaceAll(runbook, "\n", " "), -1) {
		name := r[1] + r[2]
		if strings.HasSuffix(name, ".") { // a paragraph's name
			continue
		}
		if r[3] != "" && !slices.Contains(sections, r[3]) || r[3] == "" && !known[name] {
			t.Errorf("the runbook refers to %q: there is no such graph, query or section", name+r[3])
		}
	}
}
