package template

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// document is a template as written. Sections that aren't here, such as
// Conditions and Transform, are refused.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
type document struct {
	AWSTemplateFormatVersion string    // 2010-09-09, the only one there is, or ""
	Description              NoBearing // for people
	Metadata                 NoBearing // about the template, not of it
	Parameters               map[string]parameter
	Mappings                 map[string]map[string]map[string]any
	Rules                    map[string]rule
	Resources                map[string]resource
	Outputs                  map[string]output
}

type resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           names
	DeletionPolicy      string
	UpdateReplacePolicy string
	UpdatePolicy        map[string]any
	Metadata            NoBearing // what cdk-nag has been told
}

type parameter struct {
	Type        string
	Default     string
	Description NoBearing // for people
}

type rule struct {
	Assertions []struct {
		Assert            any
		AssertDescription string
	}
}

type output struct {
	Value       any
	Description NoBearing // for people
}

// names are one or several.
type names []string

func (n *names) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*n = names{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(n))
}

// parse reads a template and resolves all that refers to something.
func (a *assembly) parse(text []byte, name string) (*Stack, error) {
	if slices.Contains(a.parsing, name) {
		return nil, fmt.Errorf("the stack %s needs its own outputs, by way of other stacks", name)
	}
	doc, err := Decode[document](text)
	if version := doc.AWSTemplateFormatVersion; err == nil && version != "" && version != "2010-09-09" {
		err = fmt.Errorf("AWSTemplateFormatVersion is %q, which is not understood", version)
	}
	if err != nil {
		return nil, fmt.Errorf("the template of %s: %w", name, err)
	}
	account, region := a.environment(name)
	inside := *a
	inside.parsing = append(slices.Clone(a.parsing), name)
	s := &Stack{
		Name: name, Region: region, Account: account, Outputs: map[string]string{},
		resources: map[string]*Resource{}, needs: map[string]map[string]bool{}, secrets: map[string]string{},
		assembly: &inside, seed: rand.Text(), claimed: map[string]bool{},
	}
	r := &resolver{stack: s, doc: &doc}
	if err := errors.Join(r.resources(), r.circles(), r.outputs(), r.rules()); err != nil {
		return nil, fmt.Errorf("the template of %s: %w", name, err)
	}
	return s, nil
}

// resources resolves the properties of all resources. Secrets come first,
// since properties of others hold their values.
func (r *resolver) resources() error {
	var errs []error
	for _, pass := range []func(id string) error{r.identify, r.secret, r.properties} {
		for _, id := range slices.Sorted(maps.Keys(r.doc.Resources)) {
			if err := pass(id); err != nil {
				errs = append(errs, fmt.Errorf("%s (%s): %w", id, r.doc.Resources[id].Type, err))
			}
		}
		if len(errs) > 0 {
			break // the next pass would repeat them
		}
	}
	return errors.Join(errs...)
}

// properties resolves a resource's properties and checks what stands beside
// them.
func (r *resolver) properties(id string) error {
	r.user = id
	written := r.doc.Resources[id]
	resolved, err := r.resolve(orEmpty(written.Properties))
	if err != nil {
		return err
	}
	if resolved, err = r.dynamic(resolved); err != nil {
		return err
	}
	r.stack.resources[id].properties = resolved
	return errors.Join(r.dependencies(written.DependsOn), retention(written), r.update(written))
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func (r *resolver) dependencies(on names) error {
	for _, id := range on {
		if _, ok := r.doc.Resources[id]; !ok {
			return fmt.Errorf("depends on %s, which the template doesn't have", id)
		}
		r.need(id)
	}
	return nil
}

// retention says what is kept when a stack is deleted or a resource replaced,
// neither of which a twin does.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
func retention(written resource) error {
	for attribute, value := range map[string]string{"DeletionPolicy": written.DeletionPolicy, "UpdateReplacePolicy": written.UpdateReplacePolicy} {
		if !slices.Contains([]string{"", "Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}, value) {
			return fmt.Errorf("%s is %q", attribute, value)
		}
	}
	return nil
}

// update checks how an alias moves between versions. A twin has one of each
// and never moves it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
func (r *resolver) update(written resource) error {
	if written.UpdatePolicy == nil {
		return nil
	}
	if written.Type != "AWS::Lambda::Alias" {
		return errors.New("an UpdatePolicy is understood for aliases only")
	}
	resolved, err := r.resolve(written.UpdatePolicy)
	if err != nil {
		return err
	}
	_, err = decode[struct {
		CodeDeployLambdaAliasUpdate struct{ ApplicationName, DeploymentGroupName NoBearing } // a stack is deployed once
	}](resolved)
	return err
}

func (r *resolver) outputs() error {
	r.user = ""
	for _, id := range slices.Sorted(maps.Keys(r.doc.Outputs)) {
		value, err := r.text(r.doc.Outputs[id].Value)
		if err != nil {
			return fmt.Errorf("the output %s: %w", id, err)
		}
		r.stack.Outputs[id] = value
	}
	return nil
}

// circles finds resources that need one another, which can't be created.
func (r *resolver) circles() error {
	done := map[string]bool{}
	var visit func(id string, path []string) error
	visit = func(id string, path []string) error {
		if at := slices.Index(path, id); at >= 0 {
			return fmt.Errorf("resources need one another: %s", strings.Join(append(path[at:], id), ", "))
		}
		if done[id] {
			return nil
		}
		for _, next := range slices.Sorted(maps.Keys(r.stack.needs[id])) {
			if err := visit(next, append(path, id)); err != nil {
				return err
			}
		}
		done[id] = true
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(r.stack.needs)) {
		if err := visit(id, nil); err != nil {
			return err
		}
	}
	return nil
}

// decode is [Decode] of a value.
func decode[T any](v any) (T, error) {
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(v); err != nil {
		var none T
		return none, err
	}
	return Decode[T](text.Bytes())
}
