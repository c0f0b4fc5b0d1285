package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"primrose/infra/config"
)

// All that the API answers, who may ask, and how the answer comes.
func TestMethods(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		paths := map[string]string{"${PrimroseApiRest7E8533B8.RootResourceId}": "/"}
		for _, id := range made.of("AWS::ApiGateway::Resource") {
			paths["${"+id+"}"] = "/" + text(made.Resources[id].Properties["PathPart"])
		}
		var got []string
		for _, id := range made.of("AWS::ApiGateway::Method") {
			m := made.Resources[id].Properties
			uri := text(m.get("Integration", "Uri"))
			got = append(got, fmt.Sprintf("%s %s: authorization %s, key %v, %v %s, calls %s",
				m["HttpMethod"], paths[text(m["ResourceId"])], m["AuthorizationType"], m["ApiKeyRequired"],
				m.get("Integration", "Type"), text(m.get("Integration", "ResponseTransferMode")), uri[strings.Index(uri, ":lambda:")+1:]))
		}
		same(t, "methods", got, []string{
			"GET /{proxy+}: authorization NONE, key true, AWS_PROXY STREAM, calls lambda:path/2021-11-15/functions/${PrimroseProcessorLiveC2D580BF}/response-streaming-invocations",
			"HEAD /{proxy+}: authorization NONE, key true, AWS_PROXY STREAM, calls lambda:path/2021-11-15/functions/${PrimroseProcessorLiveC2D580BF}/response-streaming-invocations",
			"POST /: authorization AWS_IAM, key <nil>, AWS_PROXY <nil>, calls lambda:path/2015-03-31/functions/${PrimroseProcessorLiveC2D580BF}/invocations",
		})
	})
}

func TestAPIIsRegionalMeasuredAndThrottled(t *testing.T) {
	each(t, func(t *testing.T, stage config.Stage, made template) {
		same(t, "endpoints", texts(made.one("AWS::ApiGateway::RestApi").get("EndpointConfiguration", "Types")), []string{"REGIONAL"})
		settings := list(made.one("AWS::ApiGateway::Stage")["MethodSettings"])
		if len(settings) != 1 {
			t.Fatalf("method settings: %v, want one for all methods", settings)
		}
		got := settings[0].(map[string]any)
		want := map[string]any{
			"ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": true, "DataTraceEnabled": false,
			"ThrottlingRateLimit": float64(stage.Service.API.Rate), "ThrottlingBurstLimit": float64(stage.Service.API.Burst),
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("method settings: %v, want %v", got, want)
		}
	})
}
