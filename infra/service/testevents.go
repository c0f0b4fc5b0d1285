package service

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awseventschemas"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// registryName is what the Lambda console calls the registry of shared test events. A region has but
// one, which appears as soon as anybody shares an event: hence two ways to turn ours on.
// https://docs.aws.amazon.com/lambda/latest/dg/testing-functions.html
const registryName = "lambda-testevent-schemas"

// newTestEvents offers the events in the console, where people test the image function.
func newTestEvents(scope constructs.Construct, p Props, f processor) {
	if p.TestEvents == config.NoTestEvents {
		return
	}
	c := constructs.NewConstruct(scope, new("TestEvents"))
	schema := awseventschemas.NewCfnSchema(c, new("Schema"), &awseventschemas.CfnSchemaProps{
		RegistryName: new(registryName),
		SchemaName:   new("_" + *f.function.FunctionName() + "-schema"), // by which the console finds it
		Type:         new("OpenApi3"),
		Content:      new(openAPI(p.Events)),
	})
	if p.TestEvents == config.SchemasAndRegistry {
		registry := awseventschemas.NewCfnRegistry(c, new("Registry"), &awseventschemas.CfnRegistryProps{
			RegistryName: new(registryName),
		})
		registry.ApplyRemovalPolicy(retained, nil) // others share their events there by then
		schema.Node().AddDependency(registry)
	}
}

// openAPI is the document that the console keeps events in: as the examples of a schema that says
// nothing.
func openAPI(events map[string]json.RawMessage) string {
	type object = map[string]any
	examples := object{}
	for name, event := range events {
		examples[name] = object{"value": event}
	}
	text, err := json.Marshal(object{
		"openapi": "3.0.0",
		"info":    object{"version": "1.0.0", "title": "Event"},
		"paths":   object{},
		"components": object{
			"schemas":  object{"Event": object{"type": "object"}},
			"examples": examples,
		},
	})
	if err != nil {
		panic(err) // an event is no JSON
	}
	return string(text)
}
