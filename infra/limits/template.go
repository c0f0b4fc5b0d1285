package limits

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Template is a template as CloudFormation reads it.
type Template struct {
	Name   string `json:"-"` // of the stack
	Region string `json:"-"` // of the stack; empty if it is known only when it is deployed
	Bytes  int    `json:"-"`

	Description string
	Parameters  map[string]any
	Resources   map[string]Resource
	Outputs     map[string]any
}

// A Resource is one entry of a template.
type Resource struct {
	ID             string `json:"-"`
	Type           string
	Properties     map[string]any
	DependsOn      any
	DeletionPolicy string
	UpdatePolicy   map[string]any
}

// Parse reads a template.
func Parse(name, region string, text []byte) (Template, error) {
	t := Template{Name: name, Region: region, Bytes: len(text)}
	if err := json.Unmarshal(text, &t); err != nil {
		return Template{}, fmt.Errorf("the template of %s: %w", name, err)
	}
	for id, r := range t.Resources {
		r.ID = id
		if r.Properties == nil {
			r.Properties = map[string]any{}
		}
		t.Resources[id] = r
	}
	return t, nil
}

// ReadAssembly reads all templates that CDK wrote to a folder, such as cdk.out.
func ReadAssembly(folder string) ([]Template, error) {
	var manifest struct {
		Artifacts map[string]struct {
			Type, Environment string
			Properties        struct{ TemplateFile string }
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("the manifest in %s: %w", folder, err)
	}
	var all []Template
	for _, name := range slices.Sorted(maps.Keys(manifest.Artifacts)) {
		stack := manifest.Artifacts[name]
		if stack.Type != "aws:cloudformation:stack" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, stack.Properties.TemplateFile))
		if err != nil {
			return nil, err
		}
		t, err := Parse(name, region(stack.Environment), text)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// region is that of an environment such as aws://123456789012/eu-central-1, or empty.
func region(environment string) string {
	r := environment[strings.LastIndex(environment, "/")+1:]
	if r == "unknown-region" {
		return ""
	}
	return r
}

// sorted are all resources, by id, so that findings come in one order.
func (t Template) sorted() []Resource { return slices.SortedFunc(maps.Values(t.Resources), byID) }

// all are the resources of a type, by id.
func (t Template) all(kind string) []Resource {
	var all []Resource
	for _, r := range t.Resources {
		if r.Type == kind {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, byID)
	return all
}

func byID(a, b Resource) int { return strings.Compare(a.ID, b.ID) }

// target is the resource that a Ref or a Fn::GetAtt names.
func (t Template) target(v any) (Resource, bool) {
	id, _, _ := strings.Cut(named(v), ".")
	r, ok := t.Resources[id]
	return r, ok
}

// named is what a Ref or a Fn::GetAtt names, as Id or Id.Attribute, or empty.
func named(v any) string {
	m, _ := v.(map[string]any)
	if id, ok := m["Ref"].(string); ok {
		return id
	}
	if get, ok := m["Fn::GetAtt"]; ok {
		return strings.Join(texts(get, ""), ".")
	}
	return ""
}

// values are all values at a path of keys with dots between them. A list on the way stands for each
// of its elements.
func values(v any, path string) []any {
	if list, ok := v.([]any); ok {
		var all []any
		for _, one := range list {
			all = append(all, values(one, path)...)
		}
		return all
	}
	if path == "" {
		return []any{v}
	}
	key, rest, _ := strings.Cut(path, ".")
	m, _ := v.(map[string]any)
	if next, ok := m[key]; ok {
		return values(next, rest)
	}
	return nil
}

// value is the one value at a path, as it stands, or nil.
func value(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// objects are the JSON objects at a path.
func objects(v any, path string) []map[string]any {
	var all []map[string]any
	for _, one := range values(v, path) {
		if m, ok := one.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// texts are the texts of all values at a path.
func texts(v any, path string) []string {
	var all []string
	for _, one := range values(v, path) {
		all = append(all, text(one))
	}
	return all
}

// literal says whether v is known now, and not only to CloudFormation.
func literal(v any) bool {
	_, intrinsic := v.(map[string]any)
	return v != nil && !intrinsic
}

// number is v as a number, which CloudFormation also takes as a string.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}

func numberOr(v any, otherwise float64) float64 {
	if n, ok := number(v); ok {
		return n
	}
	return otherwise
}

// text is a value as a person would write it: a reference as ${Id} or ${Id.Attribute}, joined
// strings as what comes of them.
func text(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	if name := named(v); name != "" {
		return "${" + name + "}"
	}
	if sub := texts(m["Fn::Sub"], ""); m["Fn::Sub"] != nil && len(sub) > 0 {
		return sub[0]
	}
	if join, _ := m["Fn::Join"].([]any); len(join) == 2 {
		return strings.Join(texts(join[1], ""), text(join[0]))
	}
	return fmt.Sprint(v)
}

// walk calls visit with every object and every string below v, and with where it is.
func walk(path string, v any, visit func(path string, v any)) {
	switch v := v.(type) {
	case string:
		visit(path, v)
	case []any:
		for _, one := range v {
			walk(path, one, visit)
		}
	case map[string]any:
		visit(path, v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(path+"."+key, v[key], visit)
		}
	}
}
