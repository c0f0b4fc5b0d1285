package function

import (
	"fmt"
	"slices"

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
	permissionProperties
}

func (f *Functions) addPermission(p template.Typed[permissionProperties]) error {
	if p.Properties.Action != "lambda:InvokeFunction" && p.Properties.Action != "lambda:*" {
		return fmt.Errorf("%s: Action is %q; only lambda:InvokeFunction is understood", p, p.Properties.Action)
	}
	function, qualifier := split(p.Properties.FunctionName)
	if f.byName[function] == nil {
		return fmt.Errorf("%s: there is no function %s", p, p.Properties.FunctionName)
	}
	f.permissions = append(f.permissions, permission{function, qualifier, p.Properties})
	return nil
}

// Permits reports whether a function's resource policy lets a service invoke
// it by this name.
func (f *Functions) Permits(name string, by Caller) bool {
	function, qualifier := split(name)
	return slices.ContainsFunc(f.permissions, func(p permission) bool {
		return p.function == function && p.qualifier == qualifier && p.matches(by)
	})
}

// matches compares as the conditions ArnLike and StringEquals do, which Lambda
// makes of the two sources.
func (p permission) matches(by Caller) bool {
	return p.Principal == by.Service &&
		(p.SourceArn == "" || like(p.SourceArn, by.SourceARN)) &&
		(p.SourceAccount == "" || p.SourceAccount == by.SourceAccount)
}

// like matches a pattern, in which * is any text and ? any character.
func like(pattern, text string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*':
			for skip := 0; skip <= len(text); skip++ {
				if like(pattern[i+1:], text[skip:]) {
					return true
				}
			}
			return false
		case '?':
			if text == "" {
				return false
			}
		default:
			if text == "" || text[0] != pattern[i] {
				return false
			}
		}
		text = text[1:]
	}
	return text == ""
}
