package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
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

// intrinsic is a function of the template language. Its argument is as
// written.
type intrinsic func(r *resolver, argument any) (any, error)

// intrinsics are the functions that a resource's properties may use.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
var intrinsics map[string]intrinsic

func init() { // they call resolve, which looks them up
	intrinsics = map[string]intrinsic{
		"Ref":                (*resolver).ref,
		"Fn::GetAtt":         (*resolver).getAtt,
		"Fn::Join":           (*resolver).join,
		"Fn::Sub":            (*resolver).sub,
		"Fn::Select":         (*resolver).choose,
		"Fn::Split":          (*resolver).split,
		"Fn::FindInMap":      (*resolver).findInMap,
		"Fn::GetStackOutput": (*resolver).getStackOutput,
	}
}

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

func (r *resolver) ref(argument any) (any, error) {
	name, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("a name is wanted instead of %s", show(argument))
	}
	return r.named(name)
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

func (r *resolver) getAtt(argument any) (any, error) {
	path, err := attributePath(argument)
	if err != nil {
		return nil, err
	}
	return r.attribute(path[0], path[1])
}

func (r *resolver) attribute(id, name string) (any, error) {
	found, err := r.resource(id)
	if err != nil {
		return nil, err
	}
	value, ok := found.Attributes[name]
	if !ok {
		return nil, fmt.Errorf("the attribute %s of %s is not known", name, found)
	}
	return value, nil
}

// attributePath takes both spellings: ["Bucket", "Arn"] and "Bucket.Arn".
func attributePath(argument any) (path [2]string, err error) {
	if text, ok := argument.(string); ok {
		if path[0], path[1], ok = strings.Cut(text, "."); ok {
			return path, nil
		}
	}
	if list, _ := argument.([]any); len(list) == 2 {
		id, isID := list[0].(string)
		name, isName := list[1].(string)
		if isID && isName {
			return [2]string{id, name}, nil
		}
	}
	return path, fmt.Errorf("a resource and its attribute are wanted instead of %s", show(argument))
}

// arguments are those of a function that wants so many.
func arguments(argument any, count int) ([]any, error) {
	list, _ := argument.([]any)
	if len(list) != count {
		return nil, fmt.Errorf("%d arguments are wanted instead of %s", count, show(argument))
	}
	return list, nil
}

func (r *resolver) join(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	separator, ok := list[0].(string)
	if !ok {
		return nil, fmt.Errorf("the separator is %s", show(list[0]))
	}
	texts, err := r.texts(list[1])
	return strings.Join(texts, separator), err
}

func (r *resolver) split(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	separator, ok := list[0].(string)
	if !ok || separator == "" {
		return nil, fmt.Errorf("the separator is %s", show(list[0]))
	}
	text, err := r.text(list[1])
	if err != nil {
		return nil, err
	}
	var parts []any
	for part := range strings.SplitSeq(text, separator) {
		parts = append(parts, part)
	}
	return parts, nil
}

func (r *resolver) choose(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	number, err := r.text(list[0])
	if err != nil {
		return nil, err
	}
	from, err := r.resolve(list[1])
	if err != nil {
		return nil, err
	}
	items, _ := from.([]any)
	index, err := strconv.Atoi(number)
	if err != nil || index < 0 || index >= len(items) {
		return nil, fmt.Errorf("there is no item %s in %s", number, show(from))
	}
	return items[index], nil
}

func (r *resolver) findInMap(argument any) (any, error) {
	list, err := arguments(argument, 3)
	if err != nil {
		return nil, err
	}
	names, err := r.texts(list)
	if err != nil {
		return nil, err
	}
	value, ok := r.doc.Mappings[names[0]][names[1]][names[2]]
	if !ok {
		return nil, fmt.Errorf("no mapping has %s", strings.Join(names, "."))
	}
	return value, nil
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// sub fills in the placeholders of a text: ${Name} as Ref, ${Name.Attribute}
// as GetAtt, ${!Literal} as ${Literal}.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
func (r *resolver) sub(argument any) (any, error) {
	text, own, err := subArguments(argument)
	if err != nil {
		return nil, err
	}
	var errs []error
	filled := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		value, err := r.fill(found[2:len(found)-1], own)
		errs = append(errs, err)
		return value
	})
	return filled, errors.Join(errs...)
}

func subArguments(argument any) (text string, own map[string]any, err error) {
	if text, ok := argument.(string); ok {
		return text, nil, nil
	}
	if list, _ := argument.([]any); len(list) == 2 {
		text, isText := list[0].(string)
		own, isMap := list[1].(map[string]any)
		if isText && isMap {
			return text, own, nil
		}
	}
	return "", nil, fmt.Errorf("a text, or a text and its variables, are wanted instead of %s", show(argument))
}

func (r *resolver) fill(name string, own map[string]any) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	if value, ok := own[name]; ok {
		return r.text(value)
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return r.text(map[string]any{"Fn::GetAtt": []any{id, attribute}})
	}
	return r.text(map[string]any{"Ref": name})
}

// getStackOutput reads an output of another stack of the assembly.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
func (r *resolver) getStackOutput(argument any) (any, error) {
	resolved, err := r.resolve(argument)
	if err != nil {
		return nil, err
	}
	from, err := decode[struct{ StackName, OutputName, Region string }](resolved)
	if err != nil {
		return nil, err
	}
	other, err := r.stack.assembly.other(from.StackName, cmp.Or(from.Region, r.stack.Region))
	if err != nil {
		return nil, err
	}
	value, ok := other.Outputs[from.OutputName]
	if !ok {
		return nil, fmt.Errorf("%s has no output %s", from.StackName, from.OutputName)
	}
	return value, nil
}

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
