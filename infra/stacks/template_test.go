package stacks_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// template is a template as CloudFormation reads it.
type template struct {
	Resources map[string]resource
	Outputs   object
}

type resource struct {
	Type           string
	Properties     object
	DeletionPolicy string
	UpdatePolicy   object
	DependsOn      []string
}

// retained is the deletion policy of what outlives its stack, but not a deploy that made it and failed.
const retained = "RetainExceptOnCreate"

// of are the logical ids, sorted, of the resources of a type.
func (t template) of(kind string) []string {
	var ids []string
	for id, r := range t.Resources {
		if r.Type == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// one is the only resource of a type; of several, the only one whose id has part in it.
func (t template) one(kind string, part ...string) object {
	ids := slices.DeleteFunc(t.of(kind), func(id string) bool { return !strings.Contains(id, strings.Join(part, "")) })
	if len(ids) != 1 {
		panic(fmt.Sprintf("the template has %d resources %s %s, want one: %q", len(ids), kind, part, ids))
	}
	return t.Resources[ids[0]].Properties
}

// object is a JSON object of unknown shape.
type object map[string]any

// get is the value at a path of keys, or nil.
func (o object) get(path ...string) any {
	var v any = map[string]any(o)
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// object is the JSON object at a path of keys, or an empty one.
func (o object) object(path ...string) object {
	m, _ := o.get(path...).(map[string]any)
	return m
}

// objects are the JSON objects at a path of keys.
func (o object) objects(path ...string) []object {
	var all []object
	for _, one := range list(o.get(path...)) {
		all = append(all, one.(map[string]any))
	}
	return all
}

// text is a value as a person would write it: a reference as ${Id} or ${Id.Attribute}, one to
// another stack as ${Stack in region}, joined and split strings as what comes of them.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if ref, ok := v["Ref"]; ok {
			return fmt.Sprintf("${%s}", ref)
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return fmt.Sprintf("${%s.%s}", get...)
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			var parts []string
			for _, part := range join[1].([]any) {
				parts = append(parts, text(part))
			}
			return strings.Join(parts, join[0].(string))
		}
		if from, ok := v["Fn::GetStackOutput"].(map[string]any); ok {
			return fmt.Sprintf("${%s in %s}", from["StackName"], from["Region"])
		}
		if pick, ok := v["Fn::Select"].([]any); ok {
			split := pick[1].(map[string]any)["Fn::Split"].([]any)
			i, _ := strconv.Atoi(fmt.Sprint(pick[0]))
			return strings.Split(text(split[1]), split[0].(string))[i]
		}
	}
	return fmt.Sprint(v)
}

// list is v as a list: CloudFormation and IAM write a list of one without brackets.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// texts are the texts of all that v holds.
func texts(v any) []string {
	var all []string
	for _, one := range list(v) {
		all = append(all, text(one))
	}
	return all
}

// walk calls visit with every string below v and where it is.
func walk(path string, v any, visit func(path, s string)) {
	switch v := v.(type) {
	case string:
		visit(path, v)
	case []any:
		for _, one := range v {
			walk(path, one, visit)
		}
	case object:
		walk(path, map[string]any(v), visit)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(path+"."+key, v[key], visit)
		}
	}
}

// same reports two lists that differ, order apart.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
