package identity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// conditions are values by operator and key. All must hold; of a key's values,
// one.
type conditions map[string]map[string]words

// operator compares a value of a policy with one of a request.
type operator func(policy, request string) bool

// operators are those that the twin evaluates. Each has its negation, and
// either may end in IfExists.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = map[string]operator{
	"StringEquals":           func(policy, request string) bool { return policy == request },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             matches,
	"ArnEquals":              matchesARN, // like ArnLike, says AWS
	"ArnLike":                matchesARN,
	"Bool":                   strings.EqualFold,
}

// negations give the operator that must not hold.
var negations = map[string]string{
	"StringNotEquals":           "StringEquals",
	"StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike":             "StringLike",
	"ArnNotEquals":              "ArnEquals",
	"ArnNotLike":                "ArnLike",
}

func (c conditions) check() error {
	for name := range c {
		base := strings.TrimSuffix(name, "IfExists")
		if operators[base] == nil && negations[base] == "" && name != "Null" {
			return fmt.Errorf("the condition operator %s is not understood", name)
		}
	}
	return nil
}

// on says whether a key is among those that count.
func (c conditions) on(key string) bool {
	for _, keys := range c {
		for name := range keys {
			if strings.EqualFold(name, key) {
				return true
			}
		}
	}
	return false
}

func (c conditions) hold(context Context) bool {
	for name, keys := range c {
		for key, values := range keys {
			if !holds(name, key, values, context) {
				return false
			}
		}
	}
	return true
}

// holds evaluates one key of one operator. A key that the request doesn't
// have satisfies IfExists and negations, and nothing else.
func holds(name, key string, values words, context Context) bool {
	got, there := context.value(key)
	if name == "Null" {
		return slices.Contains(values, strconv.FormatBool(!there))
	}
	base, ifExists := strings.CutSuffix(name, "IfExists")
	positive, negated := negations[base]
	if !there {
		return ifExists || negated
	}
	if !negated {
		positive = base
	}
	return slices.ContainsFunc(values, func(value string) bool { return operators[positive](value, got) }) != negated
}

// matchesARN compares the six parts of ARNs one by one, so that no * reaches
// beyond its part.
func matchesARN(policy, request string) bool {
	const parts = 6
	wanted, got := strings.SplitN(policy, ":", parts), strings.SplitN(request, ":", parts)
	if len(wanted) != parts || len(got) != parts {
		return false
	}
	for i := range wanted {
		if !matches(wanted[i], got[i]) {
			return false
		}
	}
	return true
}
