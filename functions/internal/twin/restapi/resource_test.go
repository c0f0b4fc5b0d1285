package restapi

import (
	"strings"
	"testing"
)

// tree has a resource of each kind.
func tree() *resource {
	greedy := &resource{part: "{proxy+}"}
	id := &resource{part: "{id}", children: []*resource{{part: "edit"}}}
	photos := &resource{part: "photos", children: []*resource{id, {part: "new"}}}
	root := &resource{path: "/", children: []*resource{greedy, photos}}
	root.name()
	return root
}

func TestFind(t *testing.T) {
	for path, want := range map[string]string{
		"":                "/",
		"photos":          "/photos",
		"photos/new":      "/photos/new",
		"photos/1":        "/photos/{id}",
		"photos/1/edit":   "/photos/{id}/edit",
		"photos/1/remove": "/{proxy+}",
		"photos/":         "/{proxy+}",
		"a":               "/{proxy+}",
		"a//b/":           "/{proxy+}",
	} {
		found, _ := tree().find(segments(path))
		if found == nil || found.path != want {
			t.Errorf("%q: %v, want %s", path, found, want)
		}
	}
}

// A path is found again by what its parameters stand for.
func FuzzFind(f *testing.F) {
	for _, path := range []string{"", "photos/1/edit", "photos//edit", "a/b//", "{id}/{proxy+}"} {
		f.Add(path)
	}
	root := tree()
	f.Fuzz(func(t *testing.T, path string) {
		found, parameters := root.find(segments(path))
		if found == nil {
			t.Fatalf("%q is not found", path)
		}
		var parts []string
		for part := range strings.SplitSeq(strings.TrimPrefix(found.path, "/"), "/") {
			if name := strings.TrimSuffix(strings.Trim(part, "{}"), "+"); strings.HasPrefix(part, "{") {
				part = parameters[name]
			}
			parts = append(parts, part)
		}
		if again := strings.Join(parts, "/"); again != path {
			t.Fatalf("%q is found at %s with %q, which is %q", path, found.path, parameters, again)
		}
	})
}
