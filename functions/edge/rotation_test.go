package edge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/signature"
)

// world is what is out there at one time while keys are rotated. A deploy and
// a push reach one edge before another, and not in the order in which they
// were begun: each edge may have any of the sources with any of the stores.
type world struct {
	sources []deployed
	stores  [][]string // the ids whose secrets a store holds
	urls    []string   // the ids by which the URLs in use are signed
}

// deployed is a function at an edge, as far as it differs from others.
type deployed struct {
	ids      []string // that it names
	imgix    bool     // whether it takes imgix's signatures
	optional bool     // whether it takes URLs that nobody signed
}

// step is one thing that the operator does, or waits for.
type step func(*world)

func deploy(ids ...string) step { return deployed{ids: ids}.deploy }
func push(ids ...string) step   { return func(w *world) { w.stores = append(w.stores, ids) } }
func sign(ids ...string) step   { return func(w *world) { w.urls = ids } }

func (s deployed) deploy(w *world) { w.sources = append(w.sources, s) }

// off is a stage before its first key.
func off(w *world) {
	*w = world{sources: []deployed{{}}, stores: [][]string{nil}, urls: []string{unsigned}}
}

// fresh is a stage that wanted signatures from its first deploy, before anything was pushed.
func fresh(w *world) { *w = world{sources: []deployed{{ids: []string{"a"}}}, stores: [][]string{nil}} }

const unsigned = "nobody"

// settle waits until everything is everywhere.
func settle(w *world) {
	w.sources = w.sources[len(w.sources)-1:]
	w.stores = w.stores[len(w.stores)-1:]
}

// TestRotation follows the order that package signature documents, and others.
func TestRotation(t *testing.T) {
	both := sign("a", "b") // the signers have changed to b; what a signed has not expired
	some := sign(unsigned, "a")
	optional := deployed{ids: []string{"a"}, optional: true}
	lenient := deployed{ids: []string{"a"}, imgix: true}
	for _, test := range []struct {
		name    string
		steps   []step
		refused string // ids of URLs that some edge refuses at some time
	}{
		{"as documented", []step{deploy("a", "b"), push("a", "b"), settle, both, sign("b"), deploy("b"), push("b"), settle}, ""},
		{"waiting after each step", []step{deploy("a", "b"), settle, push("a", "b"), settle, both, sign("b"), deploy("b"), settle, push("b"), settle}, ""},
		{"pushes first", []step{push("a", "b"), deploy("a", "b"), settle, both, sign("b"), push("b"), deploy("b"), settle}, ""},
		{"given up before anybody signs", []step{deploy("a", "b"), push("a", "b"), deploy("a"), push("a"), settle}, ""},
		{"signers change too soon", []step{deploy("a", "b"), push("a", "b"), both}, "b"},
		{"nothing is pushed", []step{deploy("a", "b"), settle, both}, "b"},
		{"nothing is deployed", []step{push("a", "b"), settle, both}, "b"},
		{"deployed before URLs have expired", []step{deploy("a", "b"), push("a", "b"), settle, both, deploy("b")}, "a"},
		{"pushed before URLs have expired", []step{deploy("a", "b"), push("a", "b"), settle, both, push("b")}, "a"},
		{"the first deploy as documented", []step{fresh, push("a"), settle, sign("a")}, ""},
		{"the first URL before the first push", []step{fresh, sign("a"), push("a")}, "a"},
		{"the first deploy without signing", []step{fresh, sign(unsigned), push("a"), settle}, unsigned},
		{"turned on as documented", []step{off, push("a"), settle, sign("a"), deploy("a"), settle}, ""},
		{"turned on by way of trying", []step{off, push("a"), settle, optional.deploy, settle, some, sign("a"), deploy("a"), settle}, ""},
		{"tried before the push", []step{off, optional.deploy, some, push("a")}, "a"},
		{"turned on while some don't sign", []step{off, push("a"), settle, optional.deploy, some, deploy("a")}, unsigned},
		{"imgix's pages come", []step{push("a", "imgix"), settle, lenient.deploy, settle, sign("a", "imgix")}, ""},
		{"imgix's pages come before its token", []step{lenient.deploy, settle, sign("a", "imgix"), push("a", "imgix")}, "imgix"},
		{"imgix's signatures are retired", []step{push("a", "imgix"), settle, lenient.deploy, settle, sign("a"), deploy("a"), push("a")}, ""},
		{"imgix's signatures are retired too soon", []step{push("a", "imgix"), settle, lenient.deploy, settle, sign("a", "imgix"), deploy("a")}, "imgix"},
		{"turned on before URLs are signed", []step{off, push("a"), settle, deploy("a")}, unsigned},
		{"turned on before the push", []step{off, sign("a"), deploy("a"), push("a")}, "a"},
		{"turned off", []step{deploy(), settle, sign(unsigned), push()}, ""},
		{"one key in the place of another", []step{deploy("b"), push("b"), settle, sign("b")}, "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world{sources: []deployed{{ids: []string{"a"}}}, stores: [][]string{{"a"}}, urls: []string{"a"}}
			refused := w.refused(t)
			for _, step := range test.steps {
				step(&w)
				refused = append(refused, w.refused(t)...)
			}
			slices.Sort(refused)
			if got := strings.Join(slices.Compact(refused), " "); got != test.refused {
				t.Errorf("URLs that %q signed are refused, want %q", got, test.refused)
			}
		})
	}
}

// refused returns by which keys the URLs are signed that some edge refuses.
func (w world) refused(t *testing.T) []string {
	t.Helper()
	samples := make([]sample, len(w.urls))
	for i, id := range w.urls {
		samples[i] = signedBy(t, id)
	}
	var refused []string
	for _, source := range w.sources {
		for _, store := range w.stores {
			u := suite{Keys: source.ids, Imgix: source.imgix, Optional: source.optional, Store: map[string]string{}}
			for _, id := range store {
				u.Store[signature.StoreKey(id)] = secretOf(id)
			}
			for i, got := range u.compare(t, samples) {
				if got.Path == "" {
					refused = append(refused, w.urls[i])
				}
			}
		}
	}
	return refused
}

func secretOf(id string) string { return strings.Repeat(id, 43) }

func signedBy(t *testing.T, id string) sample {
	t.Helper()
	if id == unsigned {
		return sample{URI: "/rose.jpg", Query: "w=300"}
	}
	url, err := signature.Key{ID: id, Secret: secretOf(id)}.Sign("/rose.jpg?w=300", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(url, "?")
	return sample{URI: path, Query: query}
}
