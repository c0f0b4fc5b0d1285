package stacks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stringConstants are the string constants of a Go file, by their names.
func stringConstants(t *testing.T, file string) map[string]string {
	t.Helper()
	found := map[string]string{}
	inspect(t, file, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return
		}
		for i, v := range spec.Values {
			if s, ok := unquoted(v); ok {
				found[spec.Names[i].Name] = s
			}
		}
	})
	return found
}

// literals are the strings that a Go file hands to functions, the names of what it logs among them.
func literals(t *testing.T, file string) []string {
	t.Helper()
	var found []string
	inspect(t, file, func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			for _, arg := range call.Args {
				if s, ok := unquoted(arg); ok {
					found = append(found, s)
				}
			}
		}
	})
	return found
}

func inspect(t *testing.T, file string, visit func(ast.Node)) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(file)), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if n != nil {
			visit(n)
		}
		return true
	})
}

func unquoted(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
