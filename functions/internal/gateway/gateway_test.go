package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/problem"
)

// operations answers with the event, or as the event asks.
type operations struct{}

func (operations) Invoke(_ context.Context, event json.RawMessage) (any, error) {
	switch string(event) {
	case `"problem"`:
		return nil, problem.New(problem.BadRequest, "Unrecognized operation").Because(errors.New("secret"))
	case `"error"`:
		return nil, errors.New("secret")
	case `"limit"`:
		return strings.Repeat("x", maxBuffered-2), nil
	case `"past limit"`:
		return strings.Repeat("x", maxBuffered-1), nil
	}
	return event, nil
}

func invoke(t *testing.T, images http.HandlerFunc, event string) (any, error) {
	t.Helper()
	g := &Gateway{Images: images, Operations: operations{}, Log: slog.New(slog.DiscardHandler)}
	return g.Invoke(t.Context(), json.RawMessage(event))
}

// streamed reads a streamed answer: its prelude and its body.
func streamed(t *testing.T, images http.HandlerFunc, event string) (prelude events.APIGatewayProxyResponse, body []byte, err error) {
	t.Helper()
	answer, err := invoke(t, images, event)
	if err != nil {
		return prelude, nil, err
	}
	response, ok := answer.(*events.APIGatewayProxyStreamingResponse)
	if !ok {
		t.Fatalf("the answer is a %T, want a stream", answer)
	}
	defer response.Close()
	all, err := io.ReadAll(response)
	body, broken := lambdatest.Split(all, &prelude)
	if broken != nil {
		t.Fatal(broken)
	}
	return prelude, body, err
}

func TestGetIsStreamed(t *testing.T) {
	var seen *http.Request
	answer, body, err := streamed(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.Header().Set("Content-Type", "image/png")
		w.Header().Add("Vary", "Accept")
		w.Header().Add("Vary", "Origin")
		io.WriteString(w, "image")
		w.Header().Set("X-Late", "1")
	}, `{
		"httpMethod": "GET",
		"path": "/a%20b%2Fc+%E2%80%A6.jpg/-/w=300",
		"headers": {"Host": "example.org", "x-last": "2"},
		"multiValueHeaders": {"Host": ["example.org"], "if-none-match": ["\"a\"", "\"b\""]},
		"queryStringParameters": {"w": "9"},
		"requestContext": {"identity": {"sourceIp": "192.0.2.1"}},
		"body": null
	}`)
	if err != nil || string(body) != "image" || answer.StatusCode != 200 {
		t.Errorf("answer is %d %q, %v", answer.StatusCode, body, err)
	}
	if len(answer.Headers) != 1 || answer.Headers["Content-Type"] != "image/png" || len(answer.MultiValueHeaders["Vary"]) != 2 {
		t.Errorf("headers are %v and %v", answer.Headers, answer.MultiValueHeaders)
	}
	if seen.RequestURI != "/a%20b%2Fc+%E2%80%A6.jpg/-/w=300" || seen.URL.Path != "/a b/c+….jpg/-/w=300" || seen.URL.RawQuery != "" {
		t.Errorf("request is for %q, %q", seen.RequestURI, seen.URL)
	}
	if seen.Host != "example.org" || seen.RemoteAddr != "192.0.2.1" || seen.Header.Get("X-Last") != "2" || len(seen.Header["If-None-Match"]) != 2 || len(seen.Header["Host"]) != 1 {
		t.Errorf("request has %v", seen.Header)
	}
}

func TestLargeBodyFlows(t *testing.T) {
	const size = maxBuffered + 1
	_, body, err := streamed(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		w.Write(make([]byte, size/2))
		w.Write(make([]byte, size-size/2))
	}, `{"httpMethod":"GET","path":"/x"}`)
	if err != nil || len(body) != size {
		t.Errorf("%d bytes came, %v; want %d", len(body), err, size)
	}
}

func TestAnswersWithoutBody(t *testing.T) {
	for method, status := range map[string]int{"HEAD": 200, "GET": 304} {
		answer, body, err := streamed(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "5")
			w.WriteHeader(status)
			if r.Method == http.MethodHead {
				io.WriteString(w, "image")
			}
		}, `{"httpMethod":"`+method+`","path":"/x"}`)
		if err != nil || len(body) != 0 || answer.StatusCode != status || answer.Headers["Content-Length"] != "5" {
			t.Errorf("%s: answer is %d %v %q, %v", method, answer.StatusCode, answer.Headers, body, err)
		}
	}
	answer, body, err := streamed(t, func(http.ResponseWriter, *http.Request) {}, `{"httpMethod":"GET","path":"/x"}`)
	if err != nil || len(body) != 0 || answer.StatusCode != 200 {
		t.Errorf("silent handler: answer is %d %q, %v", answer.StatusCode, body, err)
	}
}

// What breaks off must not look whole.
func TestBrokenAnswers(t *testing.T) {
	for name, images := range map[string]http.HandlerFunc{
		"abort": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		},
		"panic": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half")
			panic("defect")
		},
		"short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "8")
			io.WriteString(w, "half")
		},
		"long": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "8")
			io.WriteString(w, "half")
			if _, err := io.WriteString(w, "and more"); err == nil {
				panic("a longer body passed")
			}
		},
	} {
		_, body, err := streamed(t, images, `{"httpMethod":"GET","path":"/x"}`)
		if _, ok := errors.AsType[messages.InvokeResponse_Error](err); !ok || string(body) != "half" {
			t.Errorf("%s: answer is %q, %v; want half of it and a function error", name, body, err)
		}
	}
	_, _, err := streamed(t, func(http.ResponseWriter, *http.Request) { panic("defect") }, `{"httpMethod":"GET","path":"/x"}`)
	if err == nil || strings.Contains(err.Error(), "defect") {
		t.Errorf("a panic before the headers: %v", err)
	}
}

func TestStoppedReaderEndsHandler(t *testing.T) {
	var failure error
	answer, err := invoke(t, func(w http.ResponseWriter, _ *http.Request) {
		for failure == nil {
			_, failure = w.Write(make([]byte, 1000))
		}
	}, `{"httpMethod":"GET","path":"/x"}`)
	if err != nil {
		t.Fatal(err)
	}
	answer.(io.Closer).Close()
	if failure != errStopped { // Close has waited for the handler
		t.Errorf("the handler's write failed with %v", failure)
	}
}

func TestPost(t *testing.T) {
	for _, test := range []struct {
		body        string
		base64      bool
		status      int
		contentType string
		contains    string
	}{
		{`{"operation":"ping"}`, false, 200, "application/json", `{"operation":"ping"}`},
		{`"<&>"`, false, 200, "application/json", `"<&>"`},
		{base64.StdEncoding.EncodeToString([]byte(`"pong"`)), true, 200, "application/json", `"pong"`},
		{"%", true, 400, problem.ContentType, "base64"},
		{`"problem"`, false, 400, problem.ContentType, `"detail":"Unrecognized operation"`},
		{`"error"`, false, 500, problem.ContentType, `"code":"internal"`},
		{`"limit"`, false, 422, problem.ContentType, "can be returned"}, // it doesn't fit with its envelope
	} {
		event, err := json.Marshal(map[string]any{"httpMethod": "POST", "path": "/", "body": test.body, "isBase64Encoded": test.base64})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := invoke(t, nil, string(event))
		if err != nil {
			t.Fatal(err)
		}
		got := answer.(events.APIGatewayProxyResponse)
		if got.StatusCode != test.status || got.Headers["Content-Type"] != test.contentType || !strings.Contains(got.Body, test.contains) ||
			got.Headers["Content-Length"] != fmt.Sprint(len(got.Body)) || strings.Contains(got.Body, "secret") {
			t.Errorf("%s: answer is %+v", test.body, got)
		}
	}
}

func TestDirectInvoke(t *testing.T) {
	for event, want := range map[string]string{
		`{"operation":"ping"}`: `{"operation":"ping"}`,
		`{"httpMethod":7}`:     `{"httpMethod":7}`,
		`[]`:                   `[]`,
		`null`:                 `null`,
	} {
		answer, err := invoke(t, nil, event)
		if raw, ok := answer.(json.RawMessage); !ok || err != nil || string(raw) != want {
			t.Errorf("%s: answer is %s, %v; want %s", event, answer, err, want)
		}
	}
	if answer, err := invoke(t, nil, `"limit"`); err != nil || len(answer.(json.RawMessage)) != maxBuffered {
		t.Errorf("a result at the limit: %v", err)
	}
	for event, want := range map[string]messages.InvokeResponse_Error{
		`"problem"`:    {Type: "bad_request", Message: "Unrecognized operation"},
		`"error"`:      {Type: "internal", Message: problem.Of(errors.New("")).Detail},
		`"past limit"`: {Type: "too_many_pixels", Message: limit(maxBuffered + 1).(*problem.Problem).Detail},
	} {
		_, err := invoke(t, nil, event)
		got, ok := errors.AsType[messages.InvokeResponse_Error](err)
		if !ok || got.Type != want.Type || got.Message != want.Message {
			t.Errorf("%s: error is %#v, want %#v", event, err, want)
		}
	}
}

// FuzzInvoke sends what nobody would: each event gets one of the three
// answers, and a request that is made of one can be served.
func FuzzInvoke(f *testing.F) {
	for _, seed := range []string{
		`{"httpMethod":"GET","path":"/a%20b/-/w=300","headers":{"a":"b"},"multiValueHeaders":{"c":["d","e"]}}`,
		`{"httpMethod":"GET","path":"/%zz"}`,
		`{"httpMethod":"POST","path":"/","body":"{}","isBase64Encoded":true}`,
		`{"operation":"ping"}`,
		`{"httpMethod":"\u0000","path":"//"}`,
	} {
		f.Add([]byte(seed))
	}
	images := func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI[0] != '/' || r.URL == nil || r.Method == http.MethodPost {
			panic("not a request for a variant")
		}
		io.WriteString(w, r.RequestURI)
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		if !json.Valid(event) { // Lambda sends nothing else
			return
		}
		g := &Gateway{Images: http.HandlerFunc(images), Operations: operations{}, Log: slog.New(slog.DiscardHandler)}
		answer, err := g.Invoke(t.Context(), event)
		if err != nil {
			if _, ok := errors.AsType[messages.InvokeResponse_Error](err); !ok || strings.Contains(err.Error(), "broke off") {
				t.Fatalf("error is %#v", err)
			}
			return
		}
		switch answer := answer.(type) {
		case *events.APIGatewayProxyStreamingResponse:
			if _, err := io.ReadAll(answer); err != nil {
				t.Fatal(err)
			}
		case events.APIGatewayProxyResponse, json.RawMessage:
		default:
			t.Fatalf("answer is a %T", answer)
		}
	})
}
