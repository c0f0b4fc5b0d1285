package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A setting without its default is a riddle to whoever turns it. Each one's comment names it; a
// comment may be for a field that groups several, such as the two lists of countries.
func TestEverySettingSaysItsDefault(t *testing.T) {
	comments := fieldComments(t)
	var visit func(s reflect.Type, told bool)
	visit = func(s reflect.Type, told bool) {
		for field := range s.Fields() {
			name := s.Name() + "." + field.Name
			told := told || strings.Contains(strings.ToLower(comments[name]), "default")
			group := field.Type.Kind() == reflect.Struct
			if !group && !told {
				t.Errorf("%s: its comment names no default:\n%s", name, comments[name])
			}
			if group {
				visit(field.Type, told || strings.Contains(comments[field.Type.Name()], "Default"))
			}
		}
	}
	visit(reflect.TypeFor[Stage](), false)
}

// fieldComments are the comments of all struct types, by their names, and of their fields, by Type.Field.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	comments := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				named := d.Specs[0].(*ast.TypeSpec)
				comments[named.Name.Name] = d.Doc.Text()
				addFields(comments, named)
			}
		}
	}
	return comments
}

func addFields(comments map[string]string, named *ast.TypeSpec) {
	fields, ok := named.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range fields.Fields.List {
		for _, name := range field.Names {
			comments[named.Name.Name+"."+name.Name] = field.Doc.Text() + field.Comment.Text()
		}
	}
}
