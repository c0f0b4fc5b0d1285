// Package roletest gives tests the rights of a deployed function's role: the
// policy document as it stands in the synthesised template, with the template's
// buckets replaced by a test's.
package roletest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// Policy is what a role may do.
type Policy struct{ identity.Document }

// String returns the policy as the document that IAM takes.
func (p Policy) String() string {
	text, _ := json.Marshal(p) // strings always marshal
	return string(text)
}

// Actions returns every action that the policy allows.
func (p Policy) Actions() []string {
	var actions []string
	for _, s := range p.Statement {
		actions = append(actions, s.Action...)
	}
	return actions
}

// Without returns the policy with one of its actions taken away.
func (p Policy) Without(action string) Policy {
	reduced := Policy{identity.Document{Version: p.Version}}
	for _, s := range p.Statement {
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == action })
		if len(s.Action) > 0 {
			reduced.Statement = append(reduced.Statement, s)
		}
	}
	return reduced
}

// And returns the policy with another statement.
func (p Policy) And(s identity.Statement) Policy {
	p.Statement = append(slices.Clone(p.Statement), s)
	return p
}

// Read returns the policy of the role of the one function of a template that
// is told the given environment variable. Buckets are a test's, by the variables
// that name the deployed ones to the function.
func Read(file, variable string, buckets map[string]string) (Policy, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Policy{}, err
	}
	stack, err := template.Parse(text, filepath.Dir(file), strings.TrimSuffix(filepath.Base(file), ".template.json"))
	if err != nil {
		return Policy{}, err
	}
	policy, err := rights(stack, variable, buckets)
	if err != nil {
		return Policy{}, fmt.Errorf("%s: %w", file, err)
	}
	return policy, nil
}
