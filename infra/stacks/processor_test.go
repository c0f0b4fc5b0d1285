package stacks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// The functions and the template are of two modules, which share no code: they agree because this
// compares them.
func TestEnvironmentIsWhatTheFunctionsRead(t *testing.T) {
	for id, name := range map[string]string{"ProcessorImage": "image", "PurgeFunction": "purge"} {
		want := constants(t, filepath.Join(root, "functions", name, "environment.go"))
		each(t, func(t *testing.T, _ config.Stage, made template) {
			variables, _ := made.one("AWS::Lambda::Function", id).get("Environment", "Variables").(map[string]any)
			same(t, "environment of "+name, slices.Collect(maps.Keys(variables)), want)
		})
	}
}

// constants are the values of a Go file's string constants that name environment variables.
func constants(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.GenDecl)
		if !ok || spec.Tok != token.CONST {
			return true
		}
		ast.Inspect(spec, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if value, err := strconv.Unquote(lit.Value); err == nil && strings.HasPrefix(value, "PRIMROSE_") {
					values = append(values, value)
				}
			}
			return true
		})
		return false
	})
	return values
}

// Lambda's own lines tell how much memory an invocation used only as JSON, and from this level on.
func TestFunctionsAreTracedAndLogJSON(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		for _, id := range made.of("AWS::Lambda::Function") {
			f := made.Resources[id].Properties
			if f.get("TracingConfig", "Mode") != "Active" || f.get("LoggingConfig", "LogFormat") != "JSON" || f.get("LoggingConfig", "SystemLogLevel") != "INFO" {
				t.Errorf("%s: tracing %v, logging %v", id, f["TracingConfig"], f["LoggingConfig"])
			}
			if group := text(f.get("LoggingConfig", "LogGroup")); made.Resources[strings.Trim(group, "${}")].Properties["RetentionInDays"] == nil {
				t.Errorf("%s logs to %s, whose lines never age", id, group)
			}
		}
	})
}

// Whoever waits, waits longer than the one it waits for; and each within its own limit.
func TestTimesAreConsistent(t *testing.T) {
	const (
		edgeMost     = 60 // seconds that CloudFront waits for an origin, without a higher quota
		bufferedMost = 29 // seconds that API Gateway waits for an answer that it buffers
		lambdaMost   = 900
	)
	each(t, func(t *testing.T, _ config.Stage, made template) {
		function := made.one("AWS::Lambda::Function", "ProcessorImage")
		deadline, err := strconv.ParseFloat(text(function.get("Environment", "Variables", "PRIMROSE_DEADLINE")), 64)
		if err != nil {
			t.Fatal(err)
		}
		timeout := function["Timeout"].(float64)
		edge := readTimeout(made)
		if !(deadline < bufferedMost) {
			t.Errorf("a job may take %v s: an operation that takes so long is not answered, API Gateway waits %v s", deadline, bufferedMost)
		}
		if !(deadline < edge && edge <= edgeMost) {
			t.Errorf("the edge waits %v s, want more than the job's %v and at most %v", edge, deadline, edgeMost)
		}
		if !(edge < timeout && timeout <= lambdaMost) {
			t.Errorf("the function has %v s, want more than the edge's %v and at most %v", timeout, edge, lambdaMost)
		}
		for _, id := range made.of("AWS::ApiGateway::Method") {
			integration := object(made.Resources[id].Properties["Integration"].(map[string]any))
			if integration["ResponseTransferMode"] != "STREAM" {
				continue
			}
			if got := integration["TimeoutInMillis"]; got != timeout*1000 {
				t.Errorf("%s waits %v ms for the function, which has %v s", id, got, timeout)
			}
		}
	})
}

// readTimeout is the seconds that the edge waits for the API.
func readTimeout(made template) float64 {
	for _, one := range list(made.one("AWS::CloudFront::Distribution").get("DistributionConfig", "Origins")) {
		if config, ok := one.(map[string]any)["CustomOriginConfig"].(map[string]any); ok {
			return config["OriginReadTimeout"].(float64)
		}
	}
	return 0
}
