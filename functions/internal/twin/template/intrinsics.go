package template

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

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

func (r *resolver) ref(argument any) (any, error) {
	name, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("a name is wanted instead of %s", show(argument))
	}
	return r.named(name)
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
