package function_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/functiontest"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/template"
)

func TestMain(m *testing.M) { os.Exit(functiontest.Main(m, handle)) }

// handle is the function of these tests.
func handle(ctx context.Context, event string) (any, error) {
	fmt.Fprintln(os.Stderr, "asked to", event)
	switch event {
	case "variables":
		return os.Environ(), nil
	case "take 400 MB":
		pages := make([]byte, 400<<20)
		for i := 0; i < len(pages); i += 4096 {
			pages[i] = 1
		}
		return len(pages), nil
	case "sleep":
		time.Sleep(time.Hour)
	case "fail":
		return nil, errors.New("no such thing")
	}
	return event, nil
}

const resources = `{
	"Function": {"Type": "AWS::Lambda::Function", "Properties": {
		"Architectures": ["ARCHITECTURE"], "Code": CODE, "Handler": "bootstrap", "Runtime": "provided.al2023",
		"MemorySize": 256, "Timeout": 5, "Role": "arn:aws:iam::111122223333:role/role",
		"Environment": {"Variables": {"BUCKET": "originals"}},
		"LoggingConfig": {"LogFormat": "JSON", "LogGroup": {"Ref": "Logs"}}}},
	"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
	"Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
	"Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "live"}},
	"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Live"},
		"Principal": "apigateway.amazonaws.com", "SourceArn": "arn:aws:execute-api:eu-central-1:111122223333:api/live/GET/*"}},
	"Another": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Function"},
		"Principal": "s3.amazonaws.com", "SourceAccount": "111122223333"}}
}`

func invoke(t *testing.T, f *function.Functions, name, event string) function.Result {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	result, err := f.Invoke(t.Context(), name, payload)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func ref(t *testing.T, stack *template.Stack, id string) string {
	t.Helper()
	r, ok := stack.Resource(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	return r.Ref
}

func TestFunctionIsWhatItsTemplateSays(t *testing.T) {
	stack := functiontest.Stack(t, resources)
	f, l := functiontest.Functions(t, stack, functiontest.Roles{})
	result := invoke(t, f, ref(t, stack, "Live"), "variables")
	var variables []string
	if err := json.Unmarshal(result.Body, &variables); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"BUCKET=originals", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"AWS_LAMBDA_FUNCTION_NAME=" + ref(t, stack, "Function"), "AWS_LAMBDA_FUNCTION_VERSION=1", "AWS_LAMBDA_LOG_GROUP_NAME=" + ref(t, stack, "Logs"),
	} {
		if !slices.Contains(variables, want) {
			t.Errorf("the function has not %s, but %q", want, variables)
		}
	}
	if got := invoke(t, f, ref(t, stack, "Live"), "take 400 MB"); got.Error == nil || got.Error.Type != "Runtime.ExitError" {
		t.Errorf("400 MB of 256: %s", got.Body)
	}
	if got := invoke(t, f, ref(t, stack, "Live"), "fail"); got.Error == nil || got.Error.Message != "no such thing" {
		t.Errorf("a failure: %s", got.Body)
	}
	if result.Version != "1" || invoke(t, f, ref(t, stack, "Function"), "").Version != "$LATEST" {
		t.Errorf("the alias led to version %q", result.Version)
	}
	f.Close() // or what the function wrote may still be on its way
	var platform, own []string
	events, _ := l.Events(ref(t, stack, "Logs"))
	for _, e := range events {
		if e.Stream != events[0].Stream {
			continue // of the version that is not published
		}
		var line struct {
			Type   string
			Record struct{ Status string }
		}
		if json.Unmarshal([]byte(e.Message), &line) != nil {
			own = append(own, e.Message)
		} else {
			platform = append(platform, strings.TrimSpace(line.Type+" "+line.Record.Status))
		}
	}
	want := []string{
		"platform.start", "platform.report success", "platform.start", "platform.report failure", "platform.start", "platform.report error",
	}
	if !slices.Equal(platform, want) {
		t.Errorf("Lambda logged %q, want %q", platform, want)
	}
	if len(own) < 3 || !slices.Equal(own[:3], []string{"asked to variables", "asked to take 400 MB", "asked to fail"}) {
		t.Errorf("the function logged %q", own)
	}
}

func TestRefusalsToInvoke(t *testing.T) {
	stack := functiontest.Stack(t, resources)
	f, _ := functiontest.Functions(t, stack, functiontest.Roles{})
	untrusted, _ := functiontest.Functions(t, stack, functiontest.Roles{Refuse: "lambda.amazonaws.com"})
	reserved := functiontest.Stack(t, strings.Replace(resources, `"MemorySize"`, `"ReservedConcurrentExecutions": 0, "MemorySize"`, 1))
	throttled, _ := functiontest.Functions(t, reserved, functiontest.Roles{})
	for _, test := range []struct {
		functions *function.Functions
		name      string
		status    int
		code      string
	}{
		{f, "nobody", 404, "ResourceNotFoundException"},
		{f, ref(t, stack, "Function") + ":dead", 404, "ResourceNotFoundException"},
		{f, ref(t, stack, "Function") + ":2", 404, "ResourceNotFoundException"},
		{untrusted, ref(t, stack, "Function"), 403, "AccessDeniedException"},
		{throttled, ref(t, reserved, "Function"), 429, "TooManyRequestsException"},
	} {
		_, err := test.functions.Invoke(t.Context(), test.name, []byte(`""`))
		fault, ok := errors.AsType[*awsapi.Fault](err)
		if !ok || fault.Status != test.status || fault.Code != test.code {
			t.Errorf("%s: %v, want %d %s", test.name, err, test.status, test.code)
		}
	}
	large, _ := json.Marshal(strings.Repeat("x", 6<<20))
	if _, err := f.Invoke(t.Context(), ref(t, stack, "Live"), large); err == nil || !strings.Contains(err.Error(), "RequestEntityTooLarge") {
		t.Errorf("an event of 6 MB: %v", err)
	}
}

// A function without leave to log runs as ever, and nothing is heard of it.
func TestLogNeedsTheRole(t *testing.T) {
	stack := functiontest.Stack(t, resources)
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		f, l := functiontest.Functions(t, stack, functiontest.Roles{Refuse: action})
		if got := invoke(t, f, ref(t, stack, "Live"), "hello"); string(got.Body) != `"hello"` {
			t.Errorf("without %s: %s", action, got.Body)
		}
		if events, _ := l.Events(ref(t, stack, "Logs")); len(events) > 0 {
			t.Errorf("without %s it logs %v", action, events)
		}
	}
}

func TestPermits(t *testing.T) {
	stack := functiontest.Stack(t, resources)
	f, _ := functiontest.Functions(t, stack, functiontest.Roles{})
	live := ref(t, stack, "Live")
	gateway := function.Caller{Service: "apigateway.amazonaws.com", SourceARN: "arn:aws:execute-api:eu-central-1:111122223333:api/live/GET/{proxy+}"}
	other := gateway
	other.SourceARN = strings.Replace(other.SourceARN, "GET", "HEAD", 1)
	for _, test := range []struct {
		name string
		by   function.Caller
		want bool
	}{
		{live, gateway, true},
		{live, other, false},
		{live, function.Caller{Service: "s3.amazonaws.com", SourceARN: gateway.SourceARN}, false},
		{ref(t, stack, "Function"), gateway, false},
		{"arn:aws:lambda:eu-central-1:111122223333:function:" + ref(t, stack, "Function"), function.Caller{Service: "s3.amazonaws.com", SourceAccount: "111122223333"}, true},
		{ref(t, stack, "Function"), function.Caller{Service: "s3.amazonaws.com", SourceAccount: "444455556666"}, false},
		{ref(t, stack, "Version"), gateway, false},
	} {
		if got := f.Permits(test.name, test.by); got != test.want {
			t.Errorf("%s by %v: %v", test.name, test.by, got)
		}
	}
}

// Events at once have instances each, of which those that are idle are used
// again.
func TestInstances(t *testing.T) {
	stack := functiontest.Stack(t, resources)
	f, l := functiontest.Functions(t, stack, functiontest.Roles{})
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() { invoke(t, f, ref(t, stack, "Live"), "hello") })
	}
	together.Wait()
	invoke(t, f, ref(t, stack, "Live"), "hello")
	events, _ := l.Events(ref(t, stack, "Logs"))
	if n := streams(events); n > 4 {
		t.Errorf("%d instances ran", n)
	}
	f.Close()
	if _, err := f.Invoke(t.Context(), ref(t, stack, "Live"), []byte(`""`)); err == nil {
		t.Error("a closed function runs")
	}
}

func streams(events []logs.Event) int {
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.Stream] = true
	}
	return len(seen)
}

func TestTimeout(t *testing.T) {
	stack := functiontest.Stack(t, strings.Replace(resources, `"Timeout": 5`, `"Timeout": 1`, 1))
	f, _ := functiontest.Functions(t, stack, functiontest.Roles{})
	if got := invoke(t, f, ref(t, stack, "Live"), "sleep"); got.Error == nil || !strings.Contains(got.Error.Message, "timed out after 1.00 seconds") {
		t.Errorf("after a second: %s", got.Body)
	}
}

// What Lambda would not take, or this package not obey, is an error that names
// it.
func TestRefusedTemplates(t *testing.T) {
	for _, test := range []struct{ replace, by, want string }{
		{`"provided.al2023"`, `"go1.x"`, "Runtime"},
		{`"ARCHITECTURE"`, `"sparc"`, "-c architecture"},
		{`"Timeout": 5`, `"Timeout": 901`, "Timeout"},
		{`"MemorySize": 256`, `"MemorySize": 64`, "MemorySize"},
		{`"BUCKET"`, `"AWS_REGION"`, "AWS_REGION"},
		{`"originals"`, `"` + strings.Repeat("x", 4096) + `"`, "4096"},
		{`"MemorySize"`, `"EphemeralStorage": {"Size": 1024}, "MemorySize"`, "EphemeralStorage"},
		{`"LogFormat": "JSON"`, `"LogFormat": "Text"`, "LogFormat"},
		{`CODE`, `{"S3Bucket":"assets","S3Key":"other.zip"}`, "other.zip"},
		{`"Name": "live"`, `"Name": "live", "RoutingConfig": {}`, "RoutingConfig"},
		{`"Action": "lambda:InvokeFunction"`, `"Action": "lambda:GetFunction"`, "lambda:GetFunction"},
	} {
		if !strings.Contains(resources, test.replace) {
			t.Errorf("%s is not in the template", test.replace)
			continue
		}
		stack := functiontest.Stack(t, strings.Replace(resources, test.replace, test.by, 1))
		if _, err := function.New(stack, function.Config{Roles: functiontest.Roles{}}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error that names %s", test.by, err, test.want)
		}
	}
}

// A bootstrap that may not be executed does not start, as in Lambda.
func TestBootstrapMustBeExecutable(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := functiontest.Zip(filepath.Join(t.TempDir(), "plain.zip"), binary, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	stack := functiontest.StackOf(t, resources, archive)
	f, _ := functiontest.Functions(t, stack, functiontest.Roles{})
	if got := invoke(t, f, ref(t, stack, "Live"), "hello"); got.Error == nil || got.Error.Type != "Runtime.InvalidEntrypoint" {
		t.Errorf("it starts: %s", got.Body)
	}
}
