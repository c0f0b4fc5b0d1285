// Package identity knows who makes requests and what they may do: the roles of
// a template with their policies, people, and AWS's services. For S3, its
// principals are users of the server, whose own IAM decides; for all else,
// [Directory.Allows] does.
package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/twin/template"
)

// Document is a policy. It reads itself, and refuses what it can't evaluate:
// NotPrincipal, policy variables, conditions on several values, and operators
// that aren't in the table of conditions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Document struct {
	Version   string
	ID        string `json:"Id,omitempty"` // for people
	Statement statements
}

// Statement allows or denies. An element that isn't there is nil.
type Statement struct {
	Sid         string     `json:",omitempty"` // for people
	Effect      string     // Allow or Deny
	Principal   *Principal `json:",omitempty"`
	Action      words      `json:",omitempty"`
	NotAction   words      `json:",omitempty"`
	Resource    words      `json:",omitempty"`
	NotResource words      `json:",omitempty"`
	Condition   conditions `json:",omitempty"`
}

// Principal is who a statement is about: anybody, or some ARNs and services.
type Principal struct {
	AWS     words `json:",omitempty"` // ARNs, or "*" for anybody
	Service words `json:",omitempty"` // such as lambda.amazonaws.com
}

// UnmarshalJSON reads a policy.
func (d *Document) UnmarshalJSON(text []byte) error {
	type plain Document // without this method
	read, err := template.Decode[plain](text)
	if err != nil {
		return fmt.Errorf("the policy: %w", err)
	}
	*d = Document(read)
	if d.Version != "2012-10-17" || len(d.Statement) == 0 {
		return fmt.Errorf("the policy has Version %q and %d statements; 2012-10-17 and some are wanted", d.Version, len(d.Statement))
	}
	return nil
}

// statements are one or several.
type statements []Statement

// UnmarshalJSON reads one or several.
func (l *statements) UnmarshalJSON(text []byte) (err error) {
	if text[0] == '[' {
		*l, err = template.Decode[[]Statement](text)
	} else {
		*l = make(statements, 1)
		(*l)[0], err = template.Decode[Statement](text)
	}
	for i, s := range *l {
		if err == nil {
			if err = s.check(); err != nil {
				err = fmt.Errorf("statement %d: %w", i+1, err)
			}
		}
	}
	return err
}

func (s Statement) check() error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return fmt.Errorf("the Effect is %q", s.Effect)
	case (s.Action == nil) == (s.NotAction == nil):
		return errors.New("one of Action and NotAction is wanted")
	case s.Resource != nil && s.NotResource != nil:
		return errors.New("only one of Resource and NotResource is wanted")
	}
	for _, pattern := range slices.Concat(s.Resource, s.NotResource) {
		if strings.Contains(pattern, "${") {
			return fmt.Errorf("the variable in %s is not understood", pattern)
		}
	}
	return s.Condition.check()
}

// UnmarshalJSON reads "*", or who it is by kind.
func (p *Principal) UnmarshalJSON(text []byte) error {
	if string(text) == `"*"` {
		p.AWS = words{"*"}
		return nil
	}
	type plain Principal // without this method
	read, err := template.Decode[plain](text)
	if err != nil {
		return fmt.Errorf("the Principal: %w", err)
	}
	*p = Principal(read)
	for _, who := range p.AWS {
		if who != "*" && (!strings.HasPrefix(who, "arn:aws:iam::") || strings.HasSuffix(who, ":root")) {
			return fmt.Errorf("the Principal %s is not understood: a role's or user's ARN is wanted", who)
		}
	}
	return nil
}

// words are one or several texts; flags and numbers are texts, too.
type words []string

// UnmarshalJSON reads one or several.
func (w *words) UnmarshalJSON(text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	list, several := v.([]any)
	if !several {
		list = []any{v}
	}
	if len(list) == 0 {
		return errors.New("a list is empty")
	}
	*w = nil
	for _, item := range list {
		switch item.(type) {
		case string, bool, float64:
			*w = append(*w, fmt.Sprint(item))
		default:
			return fmt.Errorf("%s: a text, or a list of texts, is wanted", text)
		}
	}
	return nil
}
