package identity

import (
	"slices"
	"strings"
)

// Decision is what a policy says of a request.
type Decision int

// NoMatch denies, too, unless another policy allows.
const (
	NoMatch Decision = iota
	Allow
	Deny
)

// Context holds the condition keys of a request, such as aws:SourceArn. Upper
// and lower case are the same in keys, as AWS has it.
type Context map[string]string

func (c Context) value(key string) (string, bool) {
	for name, value := range c {
		if strings.EqualFold(name, key) {
			return value, true
		}
	}
	return "", false
}

// Decide says what the policy says of a request of a principal's: an ARN, or a
// service such as lambda.amazonaws.com.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func (d Document) Decide(principal, action, resource string, context Context) Decision {
	decision := NoMatch
	for _, s := range d.Statement {
		switch {
		case !s.covers(principal, action, resource, context):
		case s.Effect == "Deny":
			return Deny
		default:
			decision = Allow
		}
	}
	return decision
}

func (s Statement) covers(principal, action, resource string, context Context) bool {
	return s.Principal.covers(principal) &&
		covers(s.Action, s.NotAction, action, matchesAction) &&
		covers(s.Resource, s.NotResource, resource, matches) &&
		s.Condition.hold(context)
}

// covers says whether a principal is meant. A policy of the principal's own
// names nobody.
func (p *Principal) covers(principal string) bool {
	return p == nil || slices.Contains(p.AWS, "*") || slices.Contains(p.AWS, principal) || slices.Contains(p.Service, principal)
}

// covers says whether a value is among those that an element or its negation
// has, of which a trust policy has neither for resources.
func covers(in, notIn words, value string, match func(pattern, value string) bool) bool {
	among := func(patterns words) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, value) })
	}
	switch {
	case in != nil:
		return among(in)
	case notIn != nil:
		return !among(notIn)
	}
	return true
}

func matchesAction(pattern, action string) bool {
	return matches(strings.ToLower(pattern), strings.ToLower(action))
}

// matches says whether a text is as a pattern has it, where * stands for any
// characters and ? for one.
func matches(pattern, text string) bool {
	star, mark := -1, 0 // where to go back to: past the last *, and what it has taken
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
