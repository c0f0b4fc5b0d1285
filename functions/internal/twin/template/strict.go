package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Decode reads a JSON value into a T that has a field for each of its members.
// Unlike encoding/json, it tells upper case from lower, takes no null, and
// says where it met what it doesn't know.
func Decode[T any](text []byte) (T, error) {
	var value T
	var tree any
	if err := number(text, &tree); err != nil {
		return value, err
	}
	if err := fits(reflect.TypeFor[T](), tree, ""); err != nil {
		return value, err
	}
	err := number(text, &value)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = fmt.Errorf("%s is a %s, which is not understood there", wrong.Field, wrong.Value)
	}
	return value, err
}

// number decodes one JSON value, and numbers as they are written.
func number(text []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// fits says whether a type has a field for each member of a value. What
// decodes itself judges itself.
func fits(t reflect.Type, v any, path string) error {
	if v == nil {
		return fmt.Errorf("%s is null", path)
	}
	if t.Implements(unmarshaler) || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return fits(t.Elem(), v, path)
	case reflect.Slice:
		list, _ := v.([]any)
		for i, item := range list {
			if err := fits(t.Elem(), item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		members, _ := v.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if err := fits(t.Elem(), members[name], below(path, name)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		members, _ := v.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			field, ok := fieldOf(t, name)
			if !ok {
				return fmt.Errorf("%s is not understood", below(path, name))
			}
			if err := fits(field.Type, members[name], below(path, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for field := range t.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name || tag == "" && field.Name == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
