package manual

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/options"
)

// docs/coverage.md and the README's count are what the lists say.
func TestCoverage(t *testing.T) {
	all := Peers()
	text := Coverage(read(t, "testdata/coverage.md"), all)
	if *update {
		keep(t, docs+"/coverage.md", []byte(text))
	}
	if text != read(t, docs+"/coverage.md") {
		t.Error("docs/coverage.md is not what the lists say: run go test ./internal/manual -update in functions")
	}
	if !strings.Contains(read(t, "../../../README.md"), Count(all)) {
		t.Errorf("the README lacks the count:\n%s", Count(all))
	}
}

// The README shows pictures that exist.
func TestREADMEsPictures(t *testing.T) {
	shown := regexp.MustCompile(`!\[\]\((docs/[^)]+)\)`).FindAllStringSubmatch(read(t, "../../../README.md"), -1)
	if len(shown) == 0 {
		t.Error("the README shows no pictures")
	}
	for _, picture := range shown {
		if _, err := os.Stat("../../../" + picture[1]); err != nil {
			t.Error(err)
		}
	}
}

// What is named as a counterpart exists, nothing is counted twice, and whatever
// has none has a reason.
func TestCounterpartsExist(t *testing.T) {
	known := map[string]bool{"expires": true, "s": true, "preset": true} // of the query, but of no variant
	for _, section := range options.Reference() {
		for _, entry := range section.Entries {
			for _, o := range entry.Options {
				known[o.Name] = true
			}
		}
	}
	for _, p := range Peers() {
		seen := map[string]bool{}
		for _, c := range p.Options {
			if seen[c.Name] {
				t.Errorf("%s: %s is counted twice", p.Name, c.Name)
			}
			seen[c.Name] = true
			if len(c.Ours) == 0 && c.Reason == "" {
				t.Errorf("%s: %s has neither a counterpart nor a reason", p.Name, c.Name)
			}
			for _, ours := range c.Ours {
				if !known[ours] {
					t.Errorf("%s: %s has the counterpart %s, which does not exist", p.Name, c.Name, ours)
				}
			}
		}
	}
}

// imgix' list is complete, as imgix publishes it.
func TestImgixsListIsItsOwn(t *testing.T) {
	text, err := os.ReadFile("../../../node_modules/imgix-url-params/dist/parameters.json")
	if err != nil {
		t.Fatalf("%v: run make node", err)
	}
	var published struct{ Parameters map[string]any }
	if err := json.Unmarshal(text, &published); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for name := range published.Parameters {
		want = append(want, name)
	}
	for _, c := range Peers()[0].Options {
		got = append(got, c.Name)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the list has %d options, imgix publishes %d", len(got), len(want))
	}
}
