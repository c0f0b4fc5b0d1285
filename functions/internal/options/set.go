package options

import (
	"maps"
	"reflect"
)

// parser is a field that reads its own value.
type parser interface{ parse(value string) bool }

// fields are where Values keeps each option.
var fields = fieldsOf(reflect.TypeFor[Values](), nil)

func fieldsOf(t reflect.Type, path []int) map[string][]int {
	found := map[string][]int{}
	for i := range t.NumField() {
		field, at := t.Field(i), append(path[:len(path):len(path)], i)
		if name, ok := field.Tag.Lookup("option"); ok {
			found[name] = at
		} else {
			maps.Copy(found, fieldsOf(field.Type, at))
		}
	}
	return found
}

// defaults are the values of no options.
var defaults = func() Values {
	var v Values
	for name, option := range table {
		if option.Default != "" && !v.set(name, option.Default) {
			panic("options: the default of " + name + " is none of its values")
		}
	}
	return v
}()

// set stores one normal value under its name. It fails where the value means
// nothing although its spelling is right.
func (v *Values) set(name, value string) bool {
	field := reflect.ValueOf(v).Elem().FieldByIndex(fields[name])
	if table[name].Kind == "text" {
		text, ok := unbase64(value)
		field.SetString(text)
		return ok
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if p, ok := field.Addr().Interface().(parser); ok {
		return p.parse(value)
	}
	switch field.Kind() {
	case reflect.Int:
		field.SetInt(int64(whole(value)))
	case reflect.Float64:
		field.SetFloat(atof(value))
	case reflect.Bool:
		field.SetBool(value == "1")
	default:
		field.SetString(value)
	}
	return true
}
