package stacks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
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

func TestAPIIsRegionalMeasuredTracedAndThrottled(t *testing.T) {
	each(t, func(t *testing.T, stage config.Stage, made template) {
		same(t, "endpoints", texts(made.one("AWS::ApiGateway::RestApi").get("EndpointConfiguration", "Types")), []string{"REGIONAL"})
		if made.one("AWS::ApiGateway::Stage")["TracingEnabled"] != true {
			t.Error("requests are not traced")
		}
		settings := made.one("AWS::ApiGateway::Stage").objects("MethodSettings")
		if len(settings) != 1 {
			t.Fatalf("method settings: %v, want one for all methods", settings)
		}
		want := object{
			"ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": true, "DataTraceEnabled": false,
			"ThrottlingRateLimit": float64(stage.Service.API.Rate), "ThrottlingBurstLimit": float64(stage.Service.API.Burst),
		}
		if got := settings[0]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("method settings: %v, want %v", got, want)
		}
	})
}

// What the API answers by itself is a problem, too, and says when to try again.
func TestRefusalsAreProblems(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		var got []string
		for _, id := range made.of("AWS::ApiGateway::GatewayResponse") {
			r := made.Resources[id].Properties
			header := func(name string) string { return text(r.get("ResponseParameters", "gatewayresponse.header."+name)) }
			var body struct {
				Title, Code, Detail string
				Status              int
			}
			if err := json.Unmarshal([]byte(text(r.get("ResponseTemplates", "application/json"))), &body); err != nil || body.Detail == "" {
				t.Errorf("%s: %v, %v", r["ResponseType"], r["ResponseTemplates"], err)
			}
			status := strings.TrimPrefix(text(r["StatusCode"]), "<nil>")
			if status != "" && (status != fmt.Sprint(body.Status) || body.Title != http.StatusText(body.Status)) {
				t.Errorf("%s: status %s, but the problem says %d %s", r["ResponseType"], status, body.Status, body.Title)
			}
			if header("Content-Type") != "'application/problem+json'" || header("X-Content-Type-Options") != "'nosniff'" {
				t.Errorf("%s: %v", r["ResponseType"], r["ResponseParameters"])
			}
			got = append(got, fmt.Sprintf("%s: %s %s, cached %s, again %s", r["ResponseType"], status, body.Code, header("Cache-Control"), header("Retry-After")))
		}
		same(t, "refusals", got, []string{
			"ACCESS_DENIED: 403 forbidden, cached 'public, max-age=5', again <nil>",
			"DEFAULT_4XX:  bad_request, cached 'public, max-age=5', again <nil>",
			"DEFAULT_5XX:  internal, cached 'public, max-age=5', again '5'",
			"EXPIRED_TOKEN: 403 forbidden, cached 'public, max-age=5', again <nil>",
			"INTEGRATION_TIMEOUT: 504 internal, cached 'public, max-age=5', again '5'",
			"INVALID_API_KEY: 403 forbidden, cached 'public, max-age=5', again <nil>",
			"INVALID_SIGNATURE: 403 forbidden, cached 'public, max-age=5', again <nil>",
			"MISSING_AUTHENTICATION_TOKEN: 403 forbidden, cached 'public, max-age=5', again <nil>",
			"QUOTA_EXCEEDED: 429 overloaded, cached 'public, max-age=1', again '1'",
			"REQUEST_TOO_LARGE: 413 original_too_large, cached 'public, max-age=5', again <nil>",
			"THROTTLED: 429 overloaded, cached 'public, max-age=1', again '1'",
		})
	})
}

// $context.identity.apiKey is the key itself.
func checkLogLine(t *testing.T, made template) {
	t.Helper()
	format := text(made.one("AWS::ApiGateway::Stage").get("AccessLogSetting", "Format"))
	var line map[string]string
	if err := json.Unmarshal([]byte(format), &line); err != nil {
		t.Errorf("%s is not JSON: %v", format, err)
	}
	if !strings.Contains(format, "$context.requestId") || strings.Contains(format, `identity.apiKey"`) || strings.Contains(format, "authorizer") {
		t.Errorf("%s: want the request's id, and no secret", format)
	}
}

func TestAPILogsByFirehose(t *testing.T) {
	made := home(t, full())
	checkLogLine(t, made)
	if to := text(made.one("AWS::ApiGateway::Stage").get("AccessLogSetting", "DestinationArn")); to != "${PrimroseApiStream9CDDDE86.Arn}" {
		t.Errorf("the API logs to %s", to)
	}
	stream := made.one("AWS::KinesisFirehose::DeliveryStream")
	if name := text(stream["DeliveryStreamName"]); !strings.HasPrefix(name, "amazon-apigateway-") || len(name) > 64 {
		t.Errorf("the stream is named %s: API Gateway wants its prefix, Firehose at most 64 characters", name)
	}
	checkKept(t, made.Resources["PrimroseApiLogBucket4C9BBFAC"], 30)
	got := allowed("StreamRole", made.one("AWS::IAM::Policy", "StreamRole").objects("PolicyDocument", "Statement"))
	const b = "${PrimroseApiLogBucket4C9BBFAC.Arn}"
	same(t, "permissions", got, []string{
		"StreamRole: s3:GetBucketLocation on " + b,
		"StreamRole: s3:ListBucket on " + b,
		"StreamRole: s3:ListBucketMultipartUploads on " + b,
		"StreamRole: s3:AbortMultipartUpload on " + b + "/*",
		"StreamRole: s3:GetObject on " + b + "/*",
		"StreamRole: s3:PutObject on " + b + "/*",
	})
	trust := made.one("AWS::IAM::Role", "StreamRole").objects("AssumeRolePolicyDocument", "Statement")
	if got := text(trust[0].get("Condition", "StringEquals", "sts:ExternalId")); got != full().Account {
		t.Errorf("Firehose may assume the role on behalf of %s", got)
	}
}

func TestAPILogsByTheAccountsRole(t *testing.T) {
	made := home(t, eastern())
	checkLogLine(t, made)
	if to := text(made.one("AWS::ApiGateway::Stage").get("AccessLogSetting", "DestinationArn")); !strings.Contains(to, "${PrimroseApiLogs") {
		t.Errorf("the API logs to %s", to)
	}
	if got := made.of("AWS::ApiGateway::Account"); len(got) != 0 {
		t.Errorf("%q: the setting is the account's, and not ours to make or to delete", got)
	}
}
