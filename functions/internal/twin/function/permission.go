package function

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// Caller is a service of AWS that invokes a function on behalf of a resource.
type Caller struct {
	Service       string // such as apigateway.amazonaws.com
	SourceARN     string
	SourceAccount string
}

// permission is a statement of a function's resource policy. It holds for one
// way to name the function: what is permitted of an alias is not of a version.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
type permission struct {
	function, qualifier string
	policy              identity.Document
}

const invokeAction = "lambda:InvokeFunction"

func (f *Functions) addPermission(t template.Typed[permissionProperties]) error {
	function, qualifier := split(t.Properties.FunctionName)
	if f.byName[function] == nil {
		return fmt.Errorf("there is no function %s", t.Properties.FunctionName)
	}
	if !slices.Contains([]string{invokeAction, "lambda:*"}, t.Properties.Action) {
		return fmt.Errorf("the action %q is not understood, only %s", t.Properties.Action, invokeAction)
	}
	if t.Properties.SourceArn == "" && t.Properties.SourceAccount == "" && t.Properties.service() {
		// https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
		return fmt.Errorf("%s: it lets whatever anybody in the world has of %s invoke the function: say SourceArn", t, t.Properties.Principal)
	}
	policy, err := t.Properties.policy()
	f.permissions = append(f.permissions, permission{function, qualifier, policy})
	return err
}

// policy is the statement that Lambda makes of a permission, but for its
// resource, which may be named in several ways.
// https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
func (p permissionProperties) policy() (document identity.Document, err error) {
	principal, condition := "AWS", map[string]any{}
	if p.service() {
		principal = "Service"
	}
	if p.SourceArn != "" {
		condition["ArnLike"] = map[string]string{"AWS:SourceArn": p.SourceArn}
	}
	if p.SourceAccount != "" {
		condition["StringEquals"] = map[string]string{"AWS:SourceAccount": p.SourceAccount}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Effect": "Allow", "Principal": map[string]string{principal: p.Principal}, "Action": p.Action, "Resource": "*", "Condition": condition,
	}})
	if err == nil {
		err = json.Unmarshal(text, &document)
	}
	return document, err
}

// service reports whether the permission is a service's of AWS, and nobody's account.
func (p permissionProperties) service() bool { return strings.HasSuffix(p.Principal, ".amazonaws.com") }

// Permits reports whether a function's resource policy lets a service invoke
// it by this name.
func (f *Functions) Permits(name string, by Caller) bool {
	function, qualifier := split(name)
	context := identity.Context{"aws:SourceArn": by.SourceARN, "aws:SourceAccount": by.SourceAccount}
	return slices.ContainsFunc(f.permissions, func(p permission) bool {
		return p.function == function && p.qualifier == qualifier &&
			p.policy.Decide(by.Service, invokeAction, name, context) == identity.Allow
	})
}
