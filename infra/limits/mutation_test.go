package limits

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// A mutation is one mistake, put into a template on purpose, and the rule that has to see it.
type mutation struct {
	mistake string
	rule    string
	put     func(Template) bool // false if the template has nothing to put it into
}

// Every mistake is seen, by the rule that is for it; and every rule sees one.
func TestMutations(t *testing.T) {
	made := goldens(t)
	actions := known(t, made...)
	seen := map[string]bool{}
	for _, m := range mutations {
		t.Run(m.mistake, func(t *testing.T) {
			mutant, ok := m.mutate(t, made)
			if !ok {
				t.Fatal("no golden has anything to put this into")
			}
			var got []string
			for _, f := range append(Check(mutant), actions.check(mutant)...) {
				got = append(got, f.Rule)
			}
			seen[m.rule] = true
			if !slices.Contains(got, m.rule) {
				t.Fatalf("seen by %q, want %s", got, m.rule)
			}
			t.Logf("%s: seen by %s", m.mistake, m.rule)
		})
	}
	for _, r := range rules {
		if !seen[r.name] {
			t.Errorf("no mistake shows that %s sees any", r.name)
		}
	}
}

// What is just within a limit is nobody's mistake.
func TestAtTheLimit(t *testing.T) {
	made := goldens(t)
	for _, m := range atTheLimit {
		t.Run(m.mistake, func(t *testing.T) {
			mutant, ok := m.mutate(t, made)
			if !ok {
				t.Fatal("no golden has anything to put this into")
			}
			for _, f := range Check(mutant) {
				if f.Rule == m.rule {
					t.Error(f)
				}
			}
		})
	}
}

// Without the stack that puts out what another refers to, each reference to it is lost.
func TestLostOutputsAreSeen(t *testing.T) {
	made := goldens(t)
	var lost, references int
	for _, template := range made {
		walk("", asAny(t, template), func(_ string, v any) {
			if m, ok := v.(map[string]any); ok && m["Fn::GetStackOutput"] != nil {
				references++
			}
		})
		for _, f := range Check(template) {
			if f.Rule == "stack-output" {
				lost++
			}
		}
	}
	if lost != references || references == 0 {
		t.Errorf("%d references are lost, want %d", lost, references)
	}
}

// No two templates may have one name, and the same templates twice have all of them.
func TestDuplicatesAreSeen(t *testing.T) {
	made := goldens(t)
	var twice int
	for _, f := range Check(append(made, made...)...) {
		if f.Rule == NameTaken {
			twice++
		}
	}
	var names int
	for _, template := range made {
		for _, p := range physicalNames {
			for _, r := range template.all(p.kind) {
				if value(r.Properties, p.path) != nil {
					names++
				}
			}
		}
	}
	if twice != names || names == 0 {
		t.Errorf("%d names are taken, want %d", twice, names)
	}
}

// mutate copies the first template that the mistake can be put into, and puts it there.
func (m mutation) mutate(t *testing.T, made []Template) (Template, bool) {
	t.Helper()
	for _, template := range made {
		mutant := clone(t, template)
		if m.put(mutant) {
			return mutant, true
		}
	}
	return Template{}, false
}

func clone(t *testing.T, of Template) Template {
	t.Helper()
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := Parse(of.Name, of.Region, text)
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

// to sets one property of a type of resource.
func to(kind, path string, v any) func(Template) bool {
	return change(kind, parent(path), func(m map[string]any) bool {
		m[last(path)] = v
		return true
	})
}

// without drops one property that a type of resource has.
func without(kind, path string) func(Template) bool {
	return change(kind, parent(path), func(m map[string]any) bool {
		had := m[last(path)] != nil
		delete(m, last(path))
		return had
	})
}

// again repeats the first element of a list.
func again(kind, path string) func(Template) bool {
	return change(kind, parent(path), func(m map[string]any) bool {
		list, _ := m[last(path)].([]any)
		if len(list) > 0 {
			m[last(path)] = append(list, list[0])
		}
		return len(list) > 0
	})
}

// change edits objects at a path of a type of resource, until one takes the edit.
func change(kind, path string, edit func(map[string]any) bool) func(Template) bool {
	return func(t Template) bool {
		return slices.ContainsFunc(t.all(kind), func(r Resource) bool {
			return slices.ContainsFunc(objects(r.Properties, path), edit)
		})
	}
}

// in edits the first resource of a type.
func in(kind string, edit func(t Template, r *Resource)) func(Template) bool {
	return func(t Template) bool {
		for _, r := range t.all(kind) {
			edit(t, &r)
			t.Resources[r.ID] = r
			return true
		}
		return false
	}
}

// also adds a resource.
func also(kind string, properties map[string]any) func(Template) bool {
	return func(t Template) bool {
		t.Resources["Extra"] = Resource{ID: "Extra", Type: kind, Properties: properties}
		return true
	}
}

// allowing edits the first statement of a kind of policy that allows something.
func allowing(kind string, edit func(statement map[string]any)) func(Template) bool {
	return change(kind, "PolicyDocument.Statement", func(m map[string]any) bool {
		if m["Effect"] == "Allow" {
			edit(m)
		}
		return m["Effect"] == "Allow"
	})
}

func parent(path string) string { return strings.TrimSuffix(strings.TrimSuffix(path, last(path)), ".") }
func last(path string) string   { return path[strings.LastIndex(path, ".")+1:] }

func ref(id string) map[string]any { return map[string]any{"Ref": id} }

func asAny(t *testing.T, template Template) (v any) {
	t.Helper()
	text, err := json.Marshal(template)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}
