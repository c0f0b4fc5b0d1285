package stacks_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	for _, name := range documents(t) {
		for _, link := range links(read(t, name)) {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), link)); err != nil {
				t.Errorf("%s links to %s: %v", name, link, err)
			}
		}
	}
}

// documents are the names of the documents, from the repository's root.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	names := []string{"README.md"}
	for _, file := range files {
		names = append(names, "docs/"+filepath.Base(file))
	}
	return names
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

// A test that a document names, after its package or alone, exists, and so does the case of it.
func TestDocsNameTests(t *testing.T) {
	sources := testSources(t)
	pattern := regexp.MustCompile("`((?:[\\w/]+ )?(?:Test|Fuzz)\\w+)(?:/([^`]+))?`")
	for _, name := range documents(t) {
		named := pattern.FindAllStringSubmatch(read(t, name), -1)
		if len(named) == 0 && slices.Contains([]string{"docs/reliability.md", "docs/security.md"}, name) {
			t.Errorf("%s names no test", name)
		}
		for _, n := range named {
			source, ok := sources[n[1]]
			if !ok {
				t.Errorf("%s names %s: there is no such test", name, n[1])
			}
			if ok && n[2] != "" && !strings.Contains(source, strconv.Quote(n[2])) {
				t.Errorf("%s names the case %q of %s: there is no such case", name, n[2], n[1])
			}
		}
	}
}

// testSources are the source files of all tests, by their names and by those after their packages.
func testSources(t *testing.T) map[string]string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	sources := map[string]string{}
	for _, modules := range []struct{ dir, above string }{{"functions", "functions"}, {"infra", "."}} {
		err := filepath.WalkDir(filepath.Join(root, modules.dir), func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, "_test.go") {
				return err
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(filepath.Join(root, modules.above), filepath.Dir(file))
			for _, test := range declared.FindAllStringSubmatch(string(source), -1) {
				sources[test[1]] += string(source)
				sources[filepath.ToSlash(folder)+" "+test[1]] += string(source)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return sources
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
