package limits

import (
	"maps"
	"slices"
	"strings"
)

var apiGateway = slices.Concat(
	about("AWS::ApiGateway::Method", "apigateway/latest/developerguide/response-transfer-mode.html",
		rule{name: "api-stream-type", check: each("Integration", streamsByProxy)},
		rule{name: "api-stream-uri", check: each("Integration", streamsByItsURI)},
	),
	about("AWS::ApiGateway::Method", "apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html",
		rule{name: "api-timeout", check: each("Integration", answersInTime)},
	),
	about("AWS::ApiGateway::Method", "apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
		rule{name: "api-lambda-verb", check: each("Integration", callsByPost)},
	),
	about("AWS::ApiGateway::Method", "apigateway/latest/developerguide/apigateway-control-access-to-api.html",
		rule{name: "api-open", check: asksWho},
		rule{name: "api-plan", check: keyHasPlan},
	),
	about("AWS::ApiGateway::ApiKey", "AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-apikey.html",
		rule{name: "api-key-literal", check: keyIsReference},
		rule{name: "api-key-length", check: keyIsAllowed},
	),
	about("AWS::ApiGateway::GatewayResponse", "apigateway/latest/developerguide/supported-gateway-response-types.html",
		rule{name: "api-answer-status", check: defaultKeepsStatus},
		rule{name: "api-answer-header", check: headersAreQuoted},
	),
	about("AWS::ApiGateway::Stage", "apigateway/latest/developerguide/api-gateway-request-throttling.html",
		rule{name: "api-throttle", check: throttles},
	),
	about("AWS::ApiGateway::Stage", "apigateway/latest/developerguide/set-up-logging.html",
		rule{name: "api-log-stream", check: logsToItsStream},
	),
)

func streamsByProxy(_ Template, integration map[string]any) problems {
	kind := text(integration["Type"])
	return unless(integration["ResponseTransferMode"] != "STREAM" || kind == "AWS_PROXY" || kind == "HTTP_PROXY",
		"Integration.Type is %s: only AWS_PROXY and HTTP_PROXY stream", kind)
}

// streamsByItsURI: Lambda streams where it is called so, and answers whole where not. API Gateway
// takes either, and then understands neither.
func streamsByItsURI(_ Template, integration map[string]any) problems {
	uri := text(integration["Uri"])
	if !strings.Contains(uri, ":lambda:path/") {
		return nil
	}
	called := strings.Contains(uri, "/2021-11-15/") && strings.HasSuffix(uri, "/response-streaming-invocations")
	wanted := integration["ResponseTransferMode"] == "STREAM"
	return unless(called == wanted,
		"ResponseTransferMode is %v, but Uri is %s: "+
			"a stream wants 2021-11-15 and response-streaming-invocations, anything else 2015-03-31 and invocations",
		integration["ResponseTransferMode"], uri)
}

// answersInTime: API Gateway waits 50 ms to 29 s for a whole answer, and 15 minutes for a stream.
func answersInTime(_ Template, integration map[string]any) problems {
	most := 29_000.0
	if integration["ResponseTransferMode"] == "STREAM" {
		most = 900_000
	}
	ms := numberOr(integration["TimeoutInMillis"], 29_000)
	return unless(50 <= ms && ms <= most, "TimeoutInMillis is %v: use 50 to %v", ms, most)
}

func callsByPost(_ Template, integration map[string]any) problems {
	return unless(integration["Type"] != "AWS_PROXY" || integration["IntegrationHttpMethod"] == "POST",
		"IntegrationHttpMethod is %v: Lambda is called by POST, whatever the method", integration["IntegrationHttpMethod"])
}

func asksWho(_ Template, r Resource) problems {
	kind := text(r.Properties["AuthorizationType"])
	return unless(r.Properties["ApiKeyRequired"] == true || kind != "NONE" && kind != "<nil>",
		"%s is open to everybody: require an authorisation or an API key", text(r.Properties["HttpMethod"]))
}

// keyHasPlan: a key opens nothing until a usage plan joins it to the API.
func keyHasPlan(t Template, r Resource) problems {
	if r.Properties["ApiKeyRequired"] != true {
		return nil
	}
	for _, key := range t.all("AWS::ApiGateway::UsagePlanKey") {
		plan, _ := t.target(key.Properties["UsagePlanId"])
		if slices.Contains(texts(plan.Properties, "ApiStages.ApiId"), text(r.Properties["RestApiId"])) {
			return nil
		}
	}
	return []string{"an API key is required, but no usage plan of this API has one: nobody would get in"}
}

func keyIsReference(_ Template, r Resource) problems {
	v := r.Properties["Value"]
	return unless(v == nil || strings.Contains(text(v), "{{resolve:"),
		"the key is in the template for all to read: refer to a secret")
}

// keyIsAllowed: a key has 20 to 128 letters and digits.
func keyIsAllowed(t Template, r Resource) (found problems) {
	for id := range strings.SplitSeq(text(r.Properties["Value"]), "${") {
		secret, ok := t.Resources[strings.SplitN(id, "}", 2)[0]]
		if !ok {
			continue
		}
		made := value(secret.Properties, "GenerateSecretString")
		n := numberOr(value(made, "PasswordLength"), 32)
		found.unless(20 <= n && n <= 128 && value(made, "ExcludePunctuation") == true,
			"%s makes %v characters, ExcludePunctuation %v: a key has 20 to 128 letters and digits", secret.ID, n, value(made, "ExcludePunctuation"))
	}
	return found
}

// defaultKeepsStatus: a default's status would be that of all answers of the API's own.
func defaultKeepsStatus(_ Template, r Resource) problems {
	kind := text(r.Properties["ResponseType"])
	return unless(r.Properties["StatusCode"] == nil || !strings.HasPrefix(kind, "DEFAULT_"),
		"StatusCode of %s is %v: leave it out, or every answer of its kind gets it", kind, r.Properties["StatusCode"])
}

// headersAreQuoted: what is in no quotes is an expression, which a deployment would stumble over.
func headersAreQuoted(_ Template, r Resource) (found problems) {
	parameters, _ := r.Properties["ResponseParameters"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		value := text(parameters[name])
		quoted := len(value) >= 2 && strings.HasPrefix(value, "'") && strings.HasSuffix(value, "'")
		found.unless(quoted || strings.HasPrefix(value, "method.request.") || strings.HasPrefix(value, "context."),
			"%s is %s: put text between single quotes", name, value)
	}
	return found
}

func throttles(t Template, r Resource) problems {
	for _, s := range objects(r.Properties, "MethodSettings") {
		if s["ResourcePath"] == "/*" && s["HttpMethod"] == "*" {
			rate, burst := numberOr(s["ThrottlingRateLimit"], 0), numberOr(s["ThrottlingBurstLimit"], 0)
			return unless(rate >= 1 && burst >= 1, "the rate is %v and the burst %v: use 1 or more, or nobody gets an answer", rate, burst)
		}
	}
	return []string{"no setting for all methods limits the rate: it would be the whole account's"}
}

// logsToItsStream: API Gateway writes to Firehose only by streams that are named for it.
func logsToItsStream(t Template, r Resource) problems {
	stream, ok := t.target(value(r.Properties, "AccessLogSetting.DestinationArn"))
	if !ok || stream.Type != "AWS::KinesisFirehose::DeliveryStream" {
		return nil
	}
	name := text(stream.Properties["DeliveryStreamName"])
	return unless(strings.HasPrefix(name, "amazon-apigateway-"),
		"the stream is named %s: API Gateway wants a name that begins with amazon-apigateway-", name)
}
