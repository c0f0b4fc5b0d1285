package mistake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// document is a template that is being changed. Its methods panic where the template has not what is to be
// changed: a mistake that nobody makes would prove nothing.
type document struct {
	resources map[string]any
	template  map[string]any
}

// slip is such a panic.
type slip struct{ error }

func fail(format string, args ...any) { panic(slip{fmt.Errorf(format, args...)}) }

// edit changes the text of a template.
func edit(text []byte, change func(d *document)) (changed []byte, err error) {
	defer func() {
		switch stopped := recover().(type) {
		case nil:
		case slip:
			err = stopped.error
		default:
			panic(stopped)
		}
	}()
	var d document
	if err := json.Unmarshal(text, &d.template); err != nil {
		return nil, err
	}
	d.resources, _ = d.template["Resources"].(map[string]any)
	before, err := json.Marshal(d.template)
	if err != nil {
		return nil, err
	}
	change(&d)
	after, err := json.Marshal(d.template)
	if err == nil && bytes.Equal(before, after) {
		err = errors.New("the change changes nothing")
	}
	return after, err
}

// id is the logical id of the one resource of a type whose id holds a word.
func (d *document) id(typ, word string) string {
	var found []string
	for id, r := range d.resources {
		if strings.Contains(id, word) && r.(map[string]any)["Type"] == "AWS::"+typ {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		fail("%d resources of type %s are called %s: %q", len(found), typ, word, found)
	}
	return found[0]
}

// node is a part of the template: what stands at a path in another.
type node struct{ value any }

// of is the properties of the one resource of a type whose id holds a word.
func (d *document) of(typ, word string) node {
	return node{d.resources[d.id(typ, word)].(map[string]any)["Properties"]}
}

// in is what stands at a path, of names and indexes with dots between.
func (n node) in(path string) node {
	for step := range strings.SplitSeq(path, ".") {
		switch parent := n.value.(type) {
		case map[string]any:
			n = node{parent[step]}
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index >= len(parent) {
				fail("there is no %s of %d", step, len(parent))
			}
			n = node{parent[index]}
		}
		if n.value == nil {
			fail("there is no %s of %s", step, path)
		}
	}
	return n
}

// set puts a value under a name.
func (n node) set(name string, value any) { n.object()[name] = value }

// remove takes away what stands under a name.
func (n node) remove(name string) {
	if _, there := n.object()[name]; !there {
		fail("there is no %s to remove", name)
	}
	delete(n.object(), name)
}

func (n node) object() map[string]any {
	object, ok := n.value.(map[string]any)
	if !ok {
		fail("%v is no object", n.value)
	}
	return object
}

// without takes items out of a list that stands under a name.
func (n node) without(name string, unwanted func(item node) bool) {
	if n.take(name, unwanted) == 0 {
		fail("%s has nothing to take out", name)
	}
}

// take is [node.without] where there may be nothing; it returns how many items
// it has taken out.
func (n node) take(name string, unwanted func(item node) bool) int {
	list, ok := n.object()[name].([]any)
	if !ok {
		fail("%s is no list", name)
	}
	kept := slices.DeleteFunc(slices.Clone(list), func(item any) bool { return unwanted(node{item}) })
	n.object()[name] = kept
	return len(list) - len(kept)
}

// text reports whether a value holds a text, however deep.
func (n node) text(part string) bool {
	text, _ := json.Marshal(n.value) // it came from JSON
	return bytes.Contains(text, []byte(part))
}

// drop removes a resource, and others' dependence on it.
func (d *document) drop(typ, word string) {
	id := d.id(typ, word)
	delete(d.resources, id)
	for _, r := range d.resources {
		object := r.(map[string]any)
		if on, ok := object["DependsOn"].([]any); ok {
			object["DependsOn"] = slices.DeleteFunc(on, func(v any) bool { return v == id })
		}
	}
}

// independent has a resource no longer wait for another.
func (d *document) independent(typ, word, on string) {
	r := node{d.resources[d.id(typ, word)]}
	r.without("DependsOn", func(item node) bool { return item.text(on) })
}

// guard is the one statement of a resource's policy that names a service.
func (d *document) guard(typ, word, service string) node {
	for _, s := range d.of(typ, word).in("PolicyDocument.Statement").value.([]any) {
		if s := (node{s}); s.text(service) {
			return s
		}
	}
	fail("the policy of %s does not name %s", word, service)
	return node{}
}

// ref and arn are references to a resource.
func (d *document) ref(typ, word string) any { return map[string]any{"Ref": d.id(typ, word)} }

func (d *document) arn(typ, word string) any {
	return map[string]any{"Fn::GetAtt": []any{d.id(typ, word), "Arn"}}
}

// forbid takes an action out of the policy of a role.
func (d *document) forbid(role, action string) {
	policy := d.of("IAM::Policy", role).in("PolicyDocument")
	found := false
	policy.take("Statement", func(statement node) bool {
		switch actions := statement.object()["Action"].(type) {
		case string:
			found = found || actions == action
			return actions == action
		case []any:
			if slices.Contains(actions, any(action)) {
				found = true
				statement.without("Action", func(item node) bool { return item.value == action })
			}
		}
		return false
	})
	if !found {
		fail("the policy of %s does not allow %s", role, action)
	}
}
