package stacks_test

import (
	"encoding/json"
	"testing"

	"primrose/infra/config"
)

// The console shows the events as they are in the repository, to those who want them.
func TestTestEvents(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := made.of("AWS::EventSchemas::Schema"); len(got) != 0 {
			t.Errorf("%q, which nobody asked for", got)
		}
	})
	for _, stage := range []config.Stage{eastern(), full()} {
		made := home(t, stage)
		schema := made.one("AWS::EventSchemas::Schema")
		if got := text(schema["SchemaName"]); got != "_${PrimroseProcessorImage55D48251}-schema" || schema["RegistryName"] != "lambda-testevent-schemas" {
			t.Errorf("%s: the schema is %s of %v, where no console looks", stage.Name, got, schema["RegistryName"])
		}
		checkEvents(t, text(schema["Content"]))
	}
}

// checkEvents compares the examples of an OpenAPI document with the image function's events.
func checkEvents(t *testing.T, content string) {
	t.Helper()
	var document struct {
		OpenAPI    string
		Components struct {
			Examples map[string]struct{ Value any }
		}
	}
	if err := json.Unmarshal([]byte(content), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Components.Examples) != 3 || document.OpenAPI != "3.0.0" {
		t.Errorf("%d events in OpenAPI %s, want three in 3.0.0", len(document.Components.Examples), document.OpenAPI)
	}
	for name, example := range document.Components.Examples {
		if !equalJSON(t, example.Value, read(t, "functions/image/events/"+name+".json")) {
			t.Errorf("%s is another event than in the repository", name)
		}
	}
}

// The registry is everybody's as soon as somebody else shares an event.
func TestTheRegistryIsMadeIfAskedForAndStays(t *testing.T) {
	if got := home(t, eastern()).of("AWS::EventSchemas::Registry"); len(got) != 0 {
		t.Errorf("%q, which exists already", got)
	}
	made := home(t, full())
	for _, id := range made.of("AWS::EventSchemas::Registry") {
		if made.Resources[id].DeletionPolicy != retained {
			t.Errorf("%s goes with the stack, and everybody's events with it", id)
		}
	}
	made.one("AWS::EventSchemas::Registry")
}
