package roletest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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
	PolicyDocument Policy
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
	return rename(whole, stack, told, buckets)
}

// functionTold finds the one function that is told an environment variable.
func functionTold(stack *template.Stack, variable string) (found function, err error) {
	all, err := template.All[map[string]json.RawMessage](stack, "AWS::Lambda::Function")
	if err != nil {
		return found, err
	}
	count := 0
	for _, f := range all {
		var one function
		text, err := json.Marshal(f.Properties)
		if err == nil {
			err = json.Unmarshal(text, &one)
		}
		if err != nil {
			return found, fmt.Errorf("%s: %w", f, err)
		}
		if _, told := one.Environment.Variables[variable]; told {
			found = one
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
	deployed, err := template.All[map[string]json.RawMessage](stack, "AWS::S3::Bucket")
	if err != nil {
		return renamed, err
	}
	text := p.String()
	for name, bucket := range buckets {
		value := told.Environment.Variables[name]
		if !slices.ContainsFunc(deployed, func(b template.Typed[map[string]json.RawMessage]) bool { return b.Ref == value }) {
			return renamed, fmt.Errorf("%s is %q: it must refer to a bucket", name, value)
		}
		text = strings.ReplaceAll(text, value, bucket)
	}
	return template.Decode[Policy]([]byte(text))
}
