package roletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// template is what concerns us of a CloudFormation template.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties properties
	}
}

type properties struct {
	// Of a function.
	Role        any
	Environment struct{ Variables map[string]any }
	// Of a role.
	ManagedPolicyArns, Policies []any
	// Of a policy.
	Roles          []any
	PolicyDocument any
}

// policy joins the documents of all policies of the function's role. Rights
// that come in other ways would not be tested, so they are an error.
func (t template) policy(variable string, buckets map[string]string) (Policy, error) {
	function, err := t.function(variable)
	if err != nil {
		return Policy{}, err
	}
	role, _ := reference(function.Role)
	if made, ok := t.Resources[role]; !ok || len(made.Properties.ManagedPolicyArns)+len(made.Properties.Policies) > 0 {
		return Policy{}, fmt.Errorf("the function's role %v must be the template's, and have its rights from policies that are resources", function.Role)
	}
	names := names{}
	for name, bucket := range buckets {
		id, ok := reference(function.Environment.Variables[name])
		if !ok {
			return Policy{}, fmt.Errorf("%s is %v: it must refer to a bucket", name, function.Environment.Variables[name])
		}
		names[id] = bucket
	}
	var whole Policy
	for _, r := range t.Resources {
		if r.Type != "AWS::IAM::Policy" || !slices.ContainsFunc(r.Properties.Roles, func(v any) bool { id, _ := reference(v); return id == role }) {
			continue
		}
		text, err := json.Marshal(names.resolve(r.Properties.PolicyDocument))
		if err != nil {
			return Policy{}, err
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields() // or what it says would be lost
		var part Policy
		if err := decoder.Decode(&part); err != nil {
			return Policy{}, err
		}
		whole.Version = part.Version
		whole.Statement = append(whole.Statement, part.Statement...)
	}
	if len(whole.Statement) == 0 {
		return Policy{}, fmt.Errorf("the role %s has no policy", role)
	}
	return whole, nil
}

func (t template) function(variable string) (found properties, err error) {
	count := 0
	for _, r := range t.Resources {
		if _, told := r.Properties.Environment.Variables[variable]; told && r.Type == "AWS::Lambda::Function" {
			found = r.Properties
			count++
		}
	}
	if count != 1 {
		return found, fmt.Errorf("%d functions are told %s, want one", count, variable)
	}
	return found, nil
}

// reference is the logical id that a Ref or a Fn::GetAtt refers to.
func reference(v any) (id string, ok bool) {
	m, _ := v.(map[string]any)
	if id, ok = m["Ref"].(string); ok {
		return id, true
	}
	if parts, _ := m["Fn::GetAtt"].([]any); len(parts) == 2 {
		id, ok = parts[0].(string)
	}
	return id, ok
}

// names are buckets by logical id.
type names map[string]string

// resolve replaces the references of a value. One to a bucket of ours becomes
// that bucket's name or ARN, as CloudFormation would have it. Anything else
// becomes what is not in S3, and keeps its logical id to be recognised by.
func (n names) resolve(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = n.resolve(v[i])
		}
		return list
	case map[string]any:
		if id, ok := reference(v); ok {
			return n.name(id, v["Ref"] != nil)
		}
		if parts, ok := v["Fn::Join"].([]any); ok && len(parts) == 2 {
			return n.join(parts[0], parts[1])
		}
		object := make(map[string]any, len(v))
		for key := range v {
			object[key] = n.resolve(v[key])
		}
		return object
	}
	return v
}

func (n names) name(id string, ref bool) string {
	bucket, ours := n[id]
	switch {
	case ours && ref:
		return bucket
	case ours:
		return "arn:aws:s3:::" + bucket
	case id == "AWS::Partition":
		return "aws"
	case ref:
		return id
	}
	return "arn:aws:other:::" + id
}

func (n names) join(separator, list any) string {
	parts, _ := n.resolve(list).([]any)
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = fmt.Sprint(part)
	}
	return strings.Join(texts, fmt.Sprint(separator))
}
