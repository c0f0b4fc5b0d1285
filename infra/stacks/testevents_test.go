package stacks_test

import (
	"encoding/json"
	"testing"

	"primrose/infra/config"
)

// The console shows the events as they are in the repository, once somebody wants that.
func TestTestEvents(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		if got := made.of("AWS::EventSchemas::Schema"); len(got) != 0 {
			t.Errorf("%q, which nobody asked for", got)
		}
	})
	for setting, registries := range map[config.TestEvents]int{config.Schemas: 0, config.SchemasAndRegistry: 1} {
		made := variation(t, func(s *config.Service) { s.TestEvents = setting })
		found := made.of("AWS::EventSchemas::Registry")
		if len(found) != registries {
			t.Errorf("%s: registries %q, want %d", setting, found, registries)
		}
		for _, id := range found {
			if made.Resources[id].DeletionPolicy != "Retain" {
				t.Errorf("%s: the registry goes with the stack, and everybody's events with it", setting)
			}
		}
		schema := made.one("AWS::EventSchemas::Schema")
		if got := text(schema["SchemaName"]); got != "_${PrimroseProcessorImage55D48251}-schema" || schema["RegistryName"] != "lambda-testevent-schemas" {
			t.Errorf("%s: the schema is %s of %v, where no console looks", setting, got, schema["RegistryName"])
		}
		var document struct {
			OpenAPI    string
			Components struct {
				Examples map[string]struct{ Value any }
			}
		}
		if err := json.Unmarshal([]byte(text(schema["Content"])), &document); err != nil {
			t.Fatal(err)
		}
		if len(document.Components.Examples) != 3 || document.OpenAPI != "3.0.0" {
			t.Errorf("%s: %d events in OpenAPI %s, want three in 3.0.0", setting, len(document.Components.Examples), document.OpenAPI)
		}
		for name, example := range document.Components.Examples {
			if !equalJSON(t, example.Value, read(t, "functions/image/events/"+name+".json")) {
				t.Errorf("%s: %s is another event than in the repository", setting, name)
			}
		}
	}
}
