package stacks_test

import (
	"maps"
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
		var want []string
		for _, value := range stringConstants(t, "functions/"+name+"/environment.go") {
			if strings.HasPrefix(value, "PRIMROSE_") {
				want = append(want, value)
			}
		}
		each(t, func(t *testing.T, _ config.Stage, made template) {
			variables := made.one("AWS::Lambda::Function", id).object("Environment", "Variables")
			same(t, "environment of "+name, slices.Collect(maps.Keys(variables)), want)
		})
	}
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
			integration := made.Resources[id].Properties.object("Integration")
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
	for _, origin := range distribution(made).objects("Origins") {
		if origin["CustomOriginConfig"] != nil {
			return origin.get("CustomOriginConfig", "OriginReadTimeout").(float64)
		}
	}
	return 0
}
