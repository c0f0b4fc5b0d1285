package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// pattern is what an event must look like: all fields match, and one of each
// list of alternatives. Of a field's tests, one has to hold.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
type pattern struct {
	fields       map[string]node
	alternatives []pattern // of $or; none means no matter
}

// node is a field's: an object's pattern, or the tests of a value.
type node struct {
	object *pattern
	tests  []test
}

// test says whether a value is good. An absent one is nil and not there.
type test func(value any, there bool) bool

// UnmarshalJSON reads a pattern, and refuses what isn't understood.
func (p *pattern) UnmarshalJSON(text []byte) error {
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("the pattern: %w", err)
	}
	read, err := newPattern(members)
	*p = read
	return err
}

func newPattern(members map[string]any) (pattern, error) {
	p := pattern{fields: map[string]node{}}
	if len(members) == 0 {
		return p, errors.New("the pattern is empty")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var err error
		if name == "$or" {
			p.alternatives, err = alternatives(members[name])
		} else {
			p.fields[name], err = newNode(members[name])
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

func alternatives(value any) ([]pattern, error) {
	list, _ := value.([]any)
	if len(list) < 2 {
		return nil, errors.New("alternatives are a list of two at least")
	}
	var all []pattern
	for _, item := range list {
		members, _ := item.(map[string]any)
		p, err := newPattern(members)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func newNode(value any) (node, error) {
	switch value := value.(type) {
	case map[string]any:
		p, err := newPattern(value)
		return node{object: &p}, err
	case []any:
		var n node
		for _, item := range value {
			t, err := newTest(item)
			if err != nil {
				return n, err
			}
			n.tests = append(n.tests, t)
		}
		if len(n.tests) == 0 {
			return n, errors.New("no value matches an empty list")
		}
		return n, nil
	}
	return node{}, fmt.Errorf("%v is neither an object nor a list", value)
}

func newTest(item any) (test, error) {
	operators, isOperator := item.(map[string]any)
	if !isOperator {
		return func(value any, there bool) bool { return there && reflect.DeepEqual(value, item) }, nil
	}
	if len(operators) != 1 {
		return nil, fmt.Errorf("%v has not one operator", operators)
	}
	for name, operand := range operators {
		t, err := operator(name, operand)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return t, nil
	}
	return nil, nil // there is one
}

func operator(name string, operand any) (test, error) {
	switch name {
	case "exists":
		wanted, ok := operand.(bool)
		if !ok {
			return nil, fmt.Errorf("%v is neither true nor false", operand)
		}
		return func(_ any, there bool) bool { return there == wanted }, nil
	case "prefix", "suffix":
		part, ok := operand.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no text", operand)
		}
		has := strings.HasPrefix
		if name == "suffix" {
			has = strings.HasSuffix
		}
		return func(value any, _ bool) bool { text, ok := value.(string); return ok && has(text, part) }, nil
	case "anything-but":
		return anythingBut(operand)
	}
	return nil, errors.New("the operator is not understood")
}

// anythingBut holds for what is there and is none of some values.
func anythingBut(operand any) (test, error) {
	values, isList := operand.([]any)
	if !isList {
		values = []any{operand}
	}
	for _, value := range values {
		switch value.(type) {
		case string, float64:
		default:
			return nil, fmt.Errorf("%v is neither a text nor a number", value)
		}
	}
	return func(value any, there bool) bool { return there && !slices.Contains(values, value) }, nil
}

// matches reports whether an event is meant.
func (p *pattern) matches(event map[string]any) bool {
	for name, n := range p.fields {
		if value, there := event[name]; !n.matches(value, there) {
			return false
		}
	}
	return len(p.alternatives) == 0 || slices.ContainsFunc(p.alternatives, func(a pattern) bool { return a.matches(event) })
}

// matches looks at each item of a list; one has to be good.
func (n node) matches(value any, there bool) bool {
	if n.object != nil {
		members, _ := value.(map[string]any) // of what is no object, no field is there
		return n.object.matches(members)
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	return slices.ContainsFunc(list, func(item any) bool {
		_, isObject := item.(map[string]any) // tests are of values only
		return slices.ContainsFunc(n.tests, func(t test) bool { return t(item, there && !isObject) })
	})
}
