package roletest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// function is what concerns us of a function.
type function struct {
	Role        string
	Environment struct{ Variables map[string]string }
}

// role has no rights of its own but those of policies that are resources:
// others would not be tested, so they are an error.
type role struct {
	AssumeRolePolicyDocument, Description template.NoBearing // who has the rights, not which
}

type policy struct {
	PolicyName     template.NoBearing // a name only
	Roles          []string
	PolicyDocument identity.Document
}

// rights joins the documents of all policies of the role of the one function
// that is told the variable.
func rights(stack *template.Stack, variable string, buckets map[string]string) (Policy, error) {
	told, err := functionTold(stack, variable)
	if err != nil {
		return Policy{}, err
	}
	roles, err := template.All[role](stack, "AWS::IAM::Role")
	if err != nil {
		return Policy{}, err
	}
	at := slices.IndexFunc(roles, func(r template.Typed[role]) bool { return r.ARN == told.Role })
	if at < 0 {
		return Policy{}, fmt.Errorf("the function's role %s must be the template's", told.Role)
	}
	policies, err := template.All[policy](stack, "AWS::IAM::Policy")
	if err != nil {
		return Policy{}, err
	}
	var whole Policy
	for _, p := range policies {
		if slices.Contains(p.Properties.Roles, roles[at].Ref) {
			whole.Version = p.Properties.PolicyDocument.Version
			whole.Statement = append(whole.Statement, p.Properties.PolicyDocument.Statement...)
		}
	}
	if len(whole.Statement) == 0 {
		return Policy{}, fmt.Errorf("the role %s has no policy", roles[at].ID)
	}
	for _, s := range whole.Statement {
		if s.NotAction != nil || s.NotResource != nil {
			return Policy{}, fmt.Errorf("the role %s has a statement of what it is not about", roles[at].ID)
		}
	}
	return rename(whole, stack, told, buckets)
}

// functionTold finds the one function that is told an environment variable.
func functionTold(stack *template.Stack, variable string) (found function, err error) {
	all, err := template.View[function](stack, "AWS::Lambda::Function")
	if err != nil {
		return found, err
	}
	count := 0
	for _, f := range all {
		if _, told := f.Properties.Environment.Variables[variable]; told {
			found = f.Properties
			count++
		}
	}
	if count != 1 {
		return found, fmt.Errorf("%d functions are told %s, want one", count, variable)
	}
	return found, nil
}

// rename puts a test's buckets in the place of those that a function is told.
func rename(p Policy, stack *template.Stack, told function, buckets map[string]string) (renamed Policy, err error) {
	text := p.String()
	for name, bucket := range buckets {
		value := told.Environment.Variables[name]
		if !slices.ContainsFunc(stack.Resources(), func(r template.Resource) bool { return r.Type == "AWS::S3::Bucket" && r.Ref == value }) {
			return renamed, fmt.Errorf("%s is %q: it must refer to a bucket", name, value)
		}
		text = strings.ReplaceAll(text, value, bucket)
	}
	return renamed, json.Unmarshal([]byte(text), &renamed)
}
