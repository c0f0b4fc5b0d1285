package lambdatest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// TestMain makes this test binary the function of its own tests.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		function()
		return
	}
	os.Exit(m.Run())
}

// acts are what the function does that only Linux has words for.
var acts = map[string]func() any{}

// function does what its event names, as the real runtime client does it.
func function() {
	if complaint := os.Getenv("COMPLAINT"); complaint != "" {
		http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json", strings.NewReader(complaint))
		select {}
	}
	if os.Getenv("LATE") != "" {
		time.Sleep(time.Hour) // a bare select is a deadlock, which Go would end
	}
	if os.Getenv("BROKEN") != "" {
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(7)
	}
	calls := 0
	lambda.Start(func(ctx context.Context, manner string) (any, error) {
		calls++
		switch manner {
		case "count":
			return calls, nil
		case "deadline":
			deadline, _ := ctx.Deadline()
			return time.Until(deadline).Seconds(), nil
		case "environment":
			return os.Environ(), nil
		case "trust":
			certificate, err := os.ReadFile(os.Getenv("AWS_CA_BUNDLE"))
			return string(certificate), err
		case "say":
			fmt.Fprint(os.Stderr, "a line\nhalf")
			return nil, nil
		case "error":
			return nil, errors.New("no such thing")
		case "panic":
			panic("defect")
		case "exit":
			os.Exit(7)
		case "hang":
			select {}
		case "limit":
			return strings.Repeat("x", MaxBuffered-2), nil
		case "past limit":
			return strings.Repeat("x", MaxBuffered-1), nil
		case "stream":
			return &events.APIGatewayProxyStreamingResponse{StatusCode: 200, Body: bytes.NewReader(make([]byte, MaxBuffered+1))}, nil
		case "broken stream":
			return &events.APIGatewayProxyStreamingResponse{StatusCode: 200, Body: io.MultiReader(strings.NewReader("half"), failing{})}, nil
		}
		if act, ok := acts[manner]; ok {
			return act(), nil
		}
		return nil, fmt.Errorf("no such manner: %q", manner)
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broke off") }

func newHost(t *testing.T, env map[string]string) *Host {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host, err := New(Config{Name: t.Name(), Bootstrap: self, Env: env, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.Stop)
	return host
}

func call(t *testing.T, host *Host, manner string) Result {
	t.Helper()
	event, err := json.Marshal(manner)
	if err != nil {
		t.Fatal(err)
	}
	invoke := host.Invoke
	if strings.HasSuffix(manner, "stream") {
		invoke = host.Stream
	}
	result, err := invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestOutcomes(t *testing.T) {
	host := newHost(t, map[string]string{"STAGE": "test"})
	for _, test := range []struct {
		manner   string
		status   int
		kind     string // of error
		contains string
		next     string // what the next call's count says: 1 after a restart
	}{
		{"count", 200, "", "1", "2"},
		{"error", 200, "errorString", "no such thing", "4"},
		{"panic", 200, "string", "defect", "1"},
		{"exit", 502, "Runtime.ExitError", "exit status 7", "1"},
		{"hang", 200, "", "Task timed out after 1.00 seconds", "1"},
		{"limit", 200, "", "xxx", "3"},
		{"past limit", 502, "Function.ResponseSizeTooLarge", "6291556", "1"},
		{"stream", 200, "", "\x00\x00\x00\x00\x00\x00\x00\x00", "3"},
		{"broken stream", 200, "errorString", "half", "5"},
		{"environment", 200, "", "STAGE=test", "7"},
	} {
		host.config.Timeout = time.Minute
		if test.manner == "hang" {
			host.config.Timeout = time.Second
		}
		got := call(t, host, test.manner)
		kind := ""
		if got.Error != nil {
			kind = got.Error.Type
		}
		if got.Status != test.status || kind != test.kind || !bytes.Contains(got.Body, []byte(test.contains)) {
			t.Errorf("%s: %d %q %.200q; want %d %q with %q", test.manner, got.Status, kind, got.Body, test.status, test.kind, test.contains)
		}
		if got := call(t, host, "count"); string(got.Body) != test.next {
			t.Errorf("after %s: count is %s, want %s", test.manner, got.Body, test.next)
		}
	}
	if got := call(t, host, "stream"); len(got.Body) <= MaxBuffered {
		t.Errorf("a stream has %d bytes, want more than %d", len(got.Body), MaxBuffered)
	}
}

func TestDeadlineIsAPointInTime(t *testing.T) {
	host := newHost(t, nil)
	var seconds float64
	if err := json.Unmarshal(call(t, host, "deadline").Body, &seconds); err != nil {
		t.Fatal(err)
	}
	if seconds <= 0 || seconds > 1 {
		t.Errorf("the function has %v s left of 1 s", seconds)
	}
}

func TestNothingIsInherited(t *testing.T) {
	t.Setenv("SECRET", "1")
	host := newHost(t, nil)
	var env []string
	if err := json.Unmarshal(call(t, host, "environment").Body, &env); err != nil {
		t.Fatal(err)
	}
	for _, variable := range env {
		if name, _, _ := strings.Cut(variable, "="); name == "SECRET" || name == "HOME" {
			t.Errorf("the function has %s", variable)
		}
	}
}

func TestFunctionThatCannotStart(t *testing.T) {
	host := newHost(t, map[string]string{"BROKEN": "1"})
	for range 2 {
		if got := call(t, host, "count"); got.Status != 502 || got.Error.Type != "Runtime.ExitError" {
			t.Errorf("outcome is %d %v", got.Status, got.Error)
		}
	}
	host = newHost(t, map[string]string{"COMPLAINT": `{"errorType":"Misconfigured","errorMessage":"no bucket"}`})
	for range 2 {
		if got := call(t, host, "count"); got.Status != 502 || got.Error == nil || *got.Error != (Error{"Misconfigured", "no bucket"}) {
			t.Errorf("outcome is %d %v", got.Status, got.Error)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	late, err := New(Config{Bootstrap: self, Env: map[string]string{"LATE": "1"}, Init: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if got := call(t, late, "count"); got.Error == nil || got.Error.Type != "Sandbox.Timedout" {
		t.Errorf("a function that isn't ready in time: %d %v", got.Status, got.Error)
	}
	missing, err := New(Config{Bootstrap: filepath.Join(t.TempDir(), "bootstrap")})
	if err != nil {
		t.Fatal(err)
	}
	defer missing.Stop()
	if _, err := missing.Invoke(t.Context(), []byte("{}")); err == nil {
		t.Error("a bootstrap that is missing runs")
	}
}

// What Lambda refuses, it refuses before the function sees it.
func TestRequestsAreLimited(t *testing.T) {
	host := newHost(t, nil)
	for size, status := range map[int]int{MaxEvent - 1: 200, MaxEvent: 413} {
		event, err := json.Marshal(strings.Repeat("x", size-2))
		if err != nil {
			t.Fatal(err)
		}
		for name, invoke := range map[string]func(context.Context, []byte) (Result, error){"invoke": host.Invoke, "stream": host.Stream} {
			got, err := invoke(t.Context(), event)
			if err != nil || got.Status != status || status == 413 && got.Error.Type != "RequestEntityTooLargeException" {
				t.Errorf("%s with %d bytes: %d %v, %v; want %d", name, size, got.Status, got.Error, err, status)
			}
		}
	}
}

func TestEnvironmentIsLimited(t *testing.T) {
	for size, fits := range map[int]bool{MaxEnvironment: true, MaxEnvironment + 1: false} {
		env := map[string]string{"NAME": strings.Repeat("x", size-len(`{"NAME":""}`))}
		if _, err := New(Config{Bootstrap: os.Args[0], Env: env}); (err == nil) != fits {
			t.Errorf("variables of %d bytes: %v", size, err)
		}
	}
}

// A frozen function answers nothing until it is thawed, and then as if nothing
// had been.
func TestFreeze(t *testing.T) {
	host := newHost(t, nil)
	call(t, host, "count")
	if err := host.Freeze(); err != nil {
		t.Fatal(err)
	}
	answer := make(chan string)
	go func() { answer <- string(call(t, host, "count").Body) }()
	select {
	case got := <-answer:
		t.Fatalf("a frozen function counts %s", got)
	case <-time.After(100 * time.Millisecond):
	}
	if err := host.Thaw(); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got != "2" {
		t.Errorf("a thawed function counts %s, want 2", got)
	}
}

// What a function is told of itself, and given, is the configuration's; what is
// given does not count against its own variables.
func TestSelf(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	given := strings.Repeat("x", MaxEnvironment)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, []byte("a certificate"), 0o644); err != nil {
		t.Fatal(err)
	}
	var begun []string
	host, err := New(Config{
		Name: t.Name(), Bootstrap: self, Env: map[string]string{"STAGE": "test"}, Given: map[string]string{"AWS_SESSION_TOKEN": given},
		Authority: authority, Self: Self{Name: "purge", Version: "3", LogGroup: "/purge"}, Memory: 256 << 20,
		Begin: func(id string) { begun = append(begun, id) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer host.Stop()
	got := call(t, host, "environment")
	for _, want := range []string{
		"STAGE=test", "AWS_SESSION_TOKEN=" + given, "AWS_LAMBDA_FUNCTION_NAME=purge", "AWS_LAMBDA_FUNCTION_VERSION=3",
		"AWS_LAMBDA_LOG_GROUP_NAME=/purge", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
	} {
		if !bytes.Contains(got.Body, []byte(want)) {
			t.Errorf("the environment lacks %.50s", want)
		}
	}
	if got := call(t, host, "trust"); string(got.Body) != `"a certificate"` {
		t.Errorf("the function trusts %s, %v", got.Body, got.Error)
	}
	if len(begun) == 0 || begun[0] != got.ID {
		t.Errorf("%q began, %q ended", begun, got.ID)
	}
}

// What the function has written when it answers has been logged when its
// caller learns of it, even half a line.
func TestLogComesFirst(t *testing.T) {
	host := newHost(t, nil)
	var lines []string
	host.config.Log = func(line string) { lines = append(lines, line) }
	for _, manner := range []string{"say", "count", "say"} {
		call(t, host, manner)
	}
	if want := []string{"a line", "half", "a line", "half"}; !slices.Equal(lines, want) {
		t.Errorf("logged %q, want %q", lines, want)
	}
}
