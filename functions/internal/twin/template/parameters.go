package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// value is a parameter's. The twin deploys with no parameters set, into an
// account that is bootstrapped for the CDK.
func (p parameter) value() (any, error) {
	switch {
	case p.Type == "AWS::SSM::Parameter::Value<String>" && strings.HasPrefix(p.Default, "/cdk-bootstrap/"):
		return bootstrapVersion, nil
	case p.Type == "String" && p.Default != "":
		return p.Default, nil
	}
	return nil, fmt.Errorf("a parameter of type %q, default %q, is not understood", p.Type, p.Default)
}

// bootstrapVersion is of the account's CDK resources: what the CDK asks for
// since 2.0.
const bootstrapVersion = "6"

// rules checks the template's rules. Only those functions are understood that
// the CDK's own rule has.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
func (r *resolver) rules() error {
	r.user = ""
	for name, rule := range r.doc.Rules {
		for _, assertion := range rule.Assertions {
			holds, err := r.holds(assertion.Assert)
			if err == nil && !holds {
				err = errors.New(assertion.AssertDescription)
			}
			if err != nil {
				return fmt.Errorf("the rule %s: %w", name, err)
			}
		}
	}
	return nil
}

func (r *resolver) holds(condition any) (bool, error) {
	m, _ := condition.(map[string]any)
	if len(m) == 1 && m["Fn::Not"] != nil {
		inner, err := arguments(m["Fn::Not"], 1)
		if err != nil {
			return false, err
		}
		holds, err := r.holds(inner[0])
		return !holds, err
	}
	if len(m) != 1 || m["Fn::Contains"] == nil {
		return false, fmt.Errorf("the condition %s is not understood", show(condition))
	}
	inner, err := arguments(m["Fn::Contains"], 2)
	if err != nil {
		return false, err
	}
	list, err := r.texts(inner[0])
	if err != nil {
		return false, err
	}
	value, err := r.text(inner[1])
	return slices.Contains(list, value), err
}
