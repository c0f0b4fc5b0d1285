package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	partition = "aws"
	urlSuffix = "amazonaws.com"
)

// resolver replaces what refers to something by what it refers to.
type resolver struct {
	stack *Stack
	doc   *document
	user  string // the resource whose properties are being resolved, or ""
}

// noValue is what Ref AWS::NoValue gives: the property or item isn't there.
type noValue struct{}

// resolve gives the value that a written one stands for.
func (r *resolver) resolve(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("a value is null")
	case []any:
		return r.list(v)
	case map[string]any:
		for name, argument := range v {
			switch call, ok := intrinsics[name]; {
			case ok && len(v) == 1:
				value, err := call(r, argument)
				if err != nil {
					err = fmt.Errorf("%s: %w", name, err)
				}
				return value, err
			case strings.HasPrefix(name, "Fn::"):
				return nil, fmt.Errorf("%s is not understood here", name)
			}
		}
		return r.object(v)
	}
	return v, nil
}

func (r *resolver) list(written []any) (any, error) {
	list := []any{}
	for i, item := range written {
		value, err := r.resolve(item)
		if err != nil {
			return nil, at(fmt.Sprintf("[%d]", i), err)
		}
		if value != (noValue{}) {
			list = append(list, value)
		}
	}
	return list, nil
}

func (r *resolver) object(written map[string]any) (any, error) {
	object := make(map[string]any, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value, err := r.resolve(written[name])
		if err != nil {
			return nil, at(name, err)
		}
		if value != (noValue{}) {
			object[name] = value
		}
	}
	return object, nil
}

// pathError says where in a value an error is.
type pathError struct {
	path string
	err  error
}

func at(step string, err error) error {
	if inner, ok := err.(*pathError); ok {
		if !strings.HasPrefix(inner.path, "[") {
			step += "."
		}
		return &pathError{step + inner.path, inner.err}
	}
	return &pathError{step, err}
}

func (e *pathError) Error() string { return e.path + ": " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// text resolves what must be a text; numbers and flags are written out.
func (r *resolver) text(written any) (string, error) {
	value, err := r.resolve(written)
	if err != nil {
		return "", err
	}
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	}
	return "", fmt.Errorf("a text is wanted instead of %s", show(value))
}

func (r *resolver) texts(written any) ([]string, error) {
	value, err := r.resolve(written)
	if err != nil {
		return nil, err
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("a list is wanted instead of %s", show(value))
	}
	texts := make([]string, len(list))
	for i, item := range list {
		if texts[i], err = r.text(item); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func show(v any) string {
	if v == (noValue{}) {
		return "AWS::NoValue"
	}
	text, _ := json.Marshal(v)
	if len(text) > 100 {
		text = append(text[:100], "…"...)
	}
	return string(text)
}

// named is the value of a pseudo parameter, a parameter or a resource.
func (r *resolver) named(name string) (any, error) {
	if value, ok := r.pseudo(name); ok {
		return value, nil
	}
	if p, ok := r.doc.Parameters[name]; ok {
		return p.value()
	}
	found, err := r.resource(name)
	if err != nil {
		return nil, err
	}
	return found.Ref, nil
}

// pseudo is the value of a pseudo parameter.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
func (r *resolver) pseudo(name string) (any, bool) {
	s := r.stack
	switch name {
	case "AWS::AccountId":
		return s.Account, true
	case "AWS::Region":
		return s.Region, true
	case "AWS::Partition":
		return partition, true
	case "AWS::URLSuffix":
		return urlSuffix, true
	case "AWS::StackName":
		return s.Name, true
	case "AWS::StackId":
		return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", partition, s.Region, s.Account, s.Name, uuid(s.seed)), true
	case "AWS::NoValue":
		return noValue{}, true
	}
	return nil, false
}

// resource is the one that the current user comes to need.
func (r *resolver) resource(id string) (*Resource, error) {
	if _, ok := r.doc.Resources[id]; !ok {
		return nil, fmt.Errorf("the template has no resource %s", id)
	}
	r.need(id)
	found, ok := r.stack.resources[id]
	if !ok { // while resources are being named
		if err := r.identify(id); err != nil {
			return nil, err
		}
		found = r.stack.resources[id]
	}
	if found.Ref == "" {
		return nil, fmt.Errorf("what a Ref to %s gives is not known", found)
	}
	return found, nil
}

func (r *resolver) need(id string) {
	if r.user == "" {
		return
	}
	if r.stack.needs[r.user] == nil {
		r.stack.needs[r.user] = map[string]bool{}
	}
	r.stack.needs[r.user][id] = true
}
