package restapi_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/functiontest"
	"primrose/functions/internal/twin/restapi"
	"primrose/functions/internal/twin/template"
)

func TestMain(m *testing.M) { os.Exit(functiontest.Main(m, handle)) }

// handle is the function of these tests: it says what it was asked, in the
// way that the method's transfer mode wants.
func handle(_ context.Context, event events.APIGatewayProxyRequest) (any, error) {
	body, err := json.Marshal(event)
	if err != nil {
		return nil, err
	}
	switch event.Headers["X-Do"] {
	case "fail":
		return nil, errors.New("no such thing")
	case "babble":
		return "no answer", nil
	case "sleep":
		time.Sleep(time.Hour)
	case "break off":
		return &events.APIGatewayProxyStreamingResponse{StatusCode: 200, Body: io.MultiReader(strings.NewReader("half"), broken{})}, nil
	case "fill":
		body = make([]byte, 8<<20)
	}
	header := map[string]string{"Content-Length": "5", "Etag": `"1"`}
	if event.HTTPMethod == http.MethodPost {
		return events.APIGatewayProxyResponse{StatusCode: 201, Headers: header, Body: string(body)}, nil
	}
	return &events.APIGatewayProxyStreamingResponse{StatusCode: 200, Headers: header, Body: bytes.NewReader(body)}, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broke off") }

const streaming = `"Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "ResponseTransferMode": "STREAM", "TimeoutInMillis": 5000,
	"Uri": {"Fn::Sub": "arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/${Live}/response-streaming-invocations"}}`

const resources = `{
	"Function": {"Type": "AWS::Lambda::Function", "Properties": {
		"Architectures": ["ARCHITECTURE"], "Code": CODE, "Handler": "bootstrap", "Runtime": "provided.al2023", "Timeout": 5,
		"Role": "arn:aws:iam::111122223333:role/role", "LoggingConfig": {"LogFormat": "JSON"}}},
	"Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
	"Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "live"}},
	"MayGet": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Live"},
		"Principal": "apigateway.amazonaws.com", "SourceArn": {"Fn::Sub": "arn:aws:execute-api:eu-central-1:111122223333:${Api}/${Stage}/GET/*"}}},
	"MayPost": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Live"},
		"Principal": "apigateway.amazonaws.com", "SourceArn": {"Fn::Sub": "arn:aws:execute-api:eu-central-1:111122223333:${Api}/${Stage}/POST/"}}},
	"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api", "EndpointConfiguration": {"Types": ["REGIONAL"]}}},
	"Proxy": {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "{proxy+}", "RestApiId": {"Ref": "Api"}}},
	"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {"ApiKeyRequired": true, "AuthorizationType": "NONE", "HttpMethod": "GET",
		"ResourceId": {"Ref": "Proxy"}, "RestApiId": {"Ref": "Api"}, ` + streaming + `}},
	"Head": {"Type": "AWS::ApiGateway::Method", "Properties": {"ApiKeyRequired": true, "AuthorizationType": "NONE", "HttpMethod": "HEAD",
		"ResourceId": {"Ref": "Proxy"}, "RestApiId": {"Ref": "Api"}, ` + streaming + `}},
	"Post": {"Type": "AWS::ApiGateway::Method", "Properties": {"AuthorizationType": "AWS_IAM", "HttpMethod": "POST",
		"ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "RestApiId": {"Ref": "Api"},
		"Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "TimeoutInMillis": 5000,
			"Uri": {"Fn::Sub": "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${Live}/invocations"}}}},
	"Forbidden": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"RestApiId": {"Ref": "Api"}, "ResponseType": "INVALID_API_KEY", "StatusCode": "403",
		"ResponseParameters": {"gatewayresponse.header.Cache-Control": "'max-age=5'"}, "ResponseTemplates": {"application/json": "{\"code\":\"forbidden\"}"}}},
	"Failure": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"RestApiId": {"Ref": "Api"}, "ResponseType": "DEFAULT_5XX",
		"ResponseParameters": {"gatewayresponse.header.Retry-After": "'5'"}}},
	"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}, "DependsOn": ["Proxy", "Get", "Head", "Post", "Forbidden", "Failure"]},
	"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"DeploymentId": {"Ref": "Deployment"}, "RestApiId": {"Ref": "Api"}, "StageName": "live",
		"MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 100}]}},
	"Key": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": true, "Value": "0123456789012345678901234567890123456789"}},
	"Plan": {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}, "Throttle": {}}]}},
	"Member": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}}}
}`

const key = "0123456789012345678901234567890123456789"

// callers knows one access key, whose owner may invoke all but what ends in
// refuse.
type callers struct{ refuse string }

func (callers) Secret(accessKey string) (secret, principal string, ok bool) {
	return "secret", "arn:aws:iam::111122223333:user/" + accessKey, accessKey == "AKIATEST"
}

func (c callers) Authorize(_, action, resource string) error {
	if action != "execute-api:Invoke" || c.refuse != "" && strings.HasSuffix(resource, c.refuse) {
		return awsapi.NewFault(http.StatusForbidden, "AccessDeniedException", "not authorized to perform: "+action)
	}
	return nil
}

// api is a stack's, changed by replacements: the first of each two is what is
// replaced.
func api(t *testing.T, who callers, changes ...string) (*restapi.API, error) {
	t.Helper()
	text := resources
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%s is not in the template", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	stack := functiontest.Stack(t, text)
	functions, _ := functiontest.Functions(t, stack, functiontest.Roles{})
	return restapi.New(stack, restapi.Config{Functions: functions, Callers: who})
}

func serve(t *testing.T, who callers, changes ...string) *httptest.Server {
	t.Helper()
	a, err := api(t, who, changes...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server
}

// ask makes a request with these headers, "Name: value" each. Signed means by
// the access key that the header X-Sign has.
func ask(t *testing.T, server *httptest.Server, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	if accessKey := r.Header.Get("X-Sign"); accessKey != "" {
		sum := sha256.Sum256([]byte(body))
		credentials := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "secret"}
		if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), "execute-api", "eu-central-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		text = append(text, err.Error()...)
	}
	return response, string(text)
}

func TestStreamed(t *testing.T) {
	server := serve(t, callers{})
	response, body := ask(t, server, "GET", "/live/a%20b/%C3%A9.jpg/-/w=1?x=1&x=2", "", "X-Api-Key: "+key, "X-Two: 1")
	var event events.APIGatewayProxyRequest
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("%s: %s", response.Status, body)
	}
	if event.Path != "/a%20b/%C3%A9.jpg/-/w=1" || event.RequestContext.Path != "/live"+event.Path || event.PathParameters["proxy"] != "a%20b/%C3%A9.jpg/-/w=1" {
		t.Errorf("the paths are %q, %q and %q", event.Path, event.RequestContext.Path, event.PathParameters)
	}
	if event.Resource != "/{proxy+}" || event.Headers["X-Two"] != "1" || event.RequestContext.Stage != "live" || event.QueryStringParameters["x"] != "2" || event.RequestContext.Identity.SourceIP != "127.0.0.1" {
		t.Errorf("the event is %s", body)
	}
	if response.StatusCode != 200 || response.Header.Get("Etag") != `"1"` {
		t.Errorf("the answer is %s %v", response.Status, response.Header)
	}
	if response.ContentLength != -1 || response.Header.Get("X-Amzn-Remapped-Content-Length") != "5" {
		t.Errorf("a stream has a length of %d: %v", response.ContentLength, response.Header)
	}
	if _, body := ask(t, server, "GET", "/live/x", "", "X-Api-Key: "+key, "X-Do: fill"); len(body) != 8<<20 {
		t.Errorf("of 8 MB come %d bytes", len(body))
	}
	if _, body := ask(t, server, "GET", "/live/x", "", "X-Api-Key: "+key, "X-Do: break off"); body != "half"+io.ErrUnexpectedEOF.Error() {
		t.Errorf("what breaks off ends as %q", body)
	}
}

func TestBuffered(t *testing.T) {
	server := serve(t, callers{})
	response, body := ask(t, server, "POST", "/live", `{"operation":"ping"}`, "X-Sign: AKIATEST")
	var event events.APIGatewayProxyRequest
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("%s: %s", response.Status, body)
	}
	if event.Path != "/" || event.Body != `{"operation":"ping"}` || event.IsBase64Encoded || event.RequestContext.Identity.UserArn != "arn:aws:iam::111122223333:user/AKIATEST" {
		t.Errorf("the event is %s", body)
	}
	if response.StatusCode != 201 || response.Header.Get("Content-Type") != "application/json" || response.ContentLength != int64(len(body)) {
		t.Errorf("the answer is %s %v", response.Status, response.Header)
	}
}

// What the API answers by itself, and who is not let in.
func TestRefusals(t *testing.T) {
	server := serve(t, callers{})
	denied := serve(t, callers{refuse: "/live/POST/"})
	good := "X-Api-Key: " + key
	for _, test := range []struct {
		server       *httptest.Server
		method, path string
		headers      []string
		status       int
		code, body   string
	}{
		{server, "GET", "/live/x", nil, 403, "ForbiddenException", `{"code":"forbidden"}`},
		{server, "GET", "/live/x", []string{"X-Api-Key: 1" + key}, 403, "ForbiddenException", `{"code":"forbidden"}`},
		{server, "HEAD", "/live/x", nil, 403, "ForbiddenException", ""},
		{server, "PUT", "/live/x", []string{good}, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{server, "GET", "/live/", []string{good}, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{server, "GET", "/dead/x", []string{good}, 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{server, "GET", "/x", []string{good}, 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{server, "HEAD", "/live/x", []string{good}, 500, "InternalServerErrorException", ""}, // has no permission
		{server, "GET", "/live/x", []string{good, "X-Do: fail"}, 502, "InternalServerErrorException", `{"message":"Internal server error"}`},
		{server, "GET", "/live/x", []string{good, "X-Do: babble"}, 502, "InternalServerErrorException", `{"message":"Internal server error"}`},
		{server, "POST", "/live", nil, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{server, "POST", "/live", []string{"X-Sign: AKIAOTHER"}, 403, "UnrecognizedClientException", "security token"},
		{server, "POST", "/live", []string{"X-Sign: AKIATEST", "X-Do: fail"}, 502, "InternalServerErrorException", `{"message":"Internal server error"}`},
		{denied, "POST", "/live/", []string{"X-Sign: AKIATEST"}, 403, "AccessDeniedException", "not authorized to perform: execute-api:Invoke"},
	} {
		response, body := ask(t, test.server, test.method, test.path, "", test.headers...)
		if response.StatusCode != test.status || response.Header.Get("X-Amzn-Errortype") != test.code || !strings.Contains(body, test.body) {
			t.Errorf("%s %s %q: %s %s %s; want %d %s %s", test.method, test.path, test.headers, response.Status, response.Header.Get("X-Amzn-Errortype"), body, test.status, test.code, test.body)
		}
		if wait := response.Header.Get("Retry-After"); (wait == "5") != (test.status >= 500) {
			t.Errorf("%s %s %q: Retry-After is %q", test.method, test.path, test.headers, wait)
		}
	}
	if response, body := ask(t, server, "POST", "/live", strings.Repeat("x", 10<<20+1), "X-Sign: AKIATEST"); response.StatusCode != 413 {
		t.Errorf("more than 10 MB: %s %s", response.Status, body)
	}
	if response, body := ask(t, server, "POST", "/live", strings.Repeat("x", 7<<20), "X-Sign: AKIATEST"); response.StatusCode != 413 {
		t.Errorf("more than Lambda takes: %s %s", response.Status, body)
	}
}

// Mistakes in a template, and what a request sees of them.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		changes []string
		do      string
		status  int
	}{
		"key in no plan":              {[]string{`"UsagePlanId": {"Ref": "Plan"}`, `"UsagePlanId": "other"`}, "", 403},
		"key disabled":                {[]string{`"Enabled": true`, `"Enabled": false`}, "", 403},
		"plan of another stage":       {[]string{`"Stage": {"Ref": "Stage"}`, `"Stage": "dead"`}, "", 403},
		"method not deployed":         {[]string{`"Get", "Head"`, `"Head"`}, "", 403},
		"method of another alias":     {[]string{`${Live}/response`, `${Function}:dead/response`}, "", 500},
		"permission of the function":  {[]string{`"FunctionName": {"Ref": "Live"}`, `"FunctionName": {"Ref": "Function"}`}, "", 500},
		"streams by the wrong action": {[]string{`path/2021-11-15`, `path/2015-03-31`, `/response-streaming-invocations`, `/invocations`}, "", 500},
		"buffers by the wrong action": {[]string{`"ResponseTransferMode": "STREAM", `, ""}, "", 500},
		"buffers":                     {[]string{`"ResponseTransferMode": "STREAM", `, "", `path/2021-11-15`, `path/2015-03-31`, `/response-streaming-invocations`, `/invocations`}, "", 502},
		"too little time":             {[]string{`"TimeoutInMillis": 5000`, `"TimeoutInMillis": 100`}, "sleep", 504},
		"no burst":                    {[]string{`"ThrottlingBurstLimit": 100`, `"ThrottlingBurstLimit": 0`}, "", 429},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, callers{}, test.changes...)
			if response, body := ask(t, server, "GET", "/live/x", "", "X-Api-Key: "+key, "X-Do: "+test.do); response.StatusCode != test.status {
				t.Errorf("%s %s, want %d", response.Status, body, test.status)
			}
		})
	}
}

// What isn't understood is an error that names it.
func TestRefusedTemplates(t *testing.T) {
	for _, test := range []struct{ replace, by, want string }{
		{`["REGIONAL"]`, `["EDGE"]`, "REGIONAL"},
		{`"Name": "api"`, `"BinaryMediaTypes": ["*/*"]`, "BinaryMediaTypes"},
		{`"AWS_IAM"`, `"CUSTOM"`, "AuthorizationType"},
		{`"AWS_PROXY"`, `"HTTP_PROXY"`, "Integration.Type"},
		{`"STREAM"`, `"CHUNKED"`, "ResponseTransferMode"},
		{`"TimeoutInMillis": 5000`, `"TimeoutInMillis": 900001`, "TimeoutInMillis"},
		{`"ResourcePath": "/*"`, `"ResourcePath": "/x"`, "/x"},
		{`"Throttle": {}`, `"Throttle": {"/x/GET": {"RateLimit": 1}}`, "Throttle"},
		{`"0123456789012345678901234567890123456789"`, `"short"`, "20 to 128"},
		{`"'max-age=5'"`, `"context.requestId"`, "Cache-Control"},
		{`"{\"code\":\"forbidden\"}"`, `"$input"`, "$input"},
		{`"application/json": "{`, `"text/html": "{`, "text/html"},
		{`"StageName": "live"`, `"StageName": "live", "CacheClusterEnabled": true`, "CacheClusterEnabled"},
		{`"DeploymentId": {"Ref": "Deployment"}`, `"DeploymentId": "other"`, "no deployment other"},
	} {
		if _, err := api(t, callers{}, test.replace, test.by); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error that names %s", test.by, err, test.want)
		}
	}
}

// The repository's own templates are understood.
func TestStages(t *testing.T) {
	for _, stage := range []string{"dev", "prod", "full"} {
		stack, err := template.Read("../../../../infra/stacks/testdata", "primrose-"+stage+"-eu-central-1")
		if err == nil {
			_, err = restapi.New(stack, restapi.Config{})
		}
		if err != nil {
			t.Errorf("%s: %v", stage, err)
		}
	}
}
