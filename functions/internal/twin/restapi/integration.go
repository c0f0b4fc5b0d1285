package restapi

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/function"
)

// integrate has the method's function answer.
func (a *API) integrate(w http.ResponseWriter, q *request, m *method) *refused {
	name, ok := m.Integration.function()
	if !ok || !a.config.Functions.Permits(name, a.caller(m, q.resource)) {
		return misconfigured
	}
	call := a.config.Functions.Invoke
	if m.Integration.ResponseTransferMode == stream {
		call = a.config.Functions.Stream
	}
	result, r := await(q.http.Context(), m.Integration.timeout(), func(ctx context.Context) (function.Result, error) {
		return call(ctx, name, q.event(a.config.Now()))
	})
	if r != nil {
		return r
	}
	if m.Integration.ResponseTransferMode == stream {
		return sendStream(w, result)
	}
	return sendBuffered(w, result)
}

// caller is how the API presents itself to Lambda. The source has a * in the
// place of what parameters stand for.
func (a *API) caller(m *method, r *resource) function.Caller {
	path := r.path
	if before, _, found := strings.Cut(path, "{"); found {
		path = before + "*"
	}
	return function.Caller{Service: "apigateway.amazonaws.com", SourceARN: a.arn(m.verb, path), SourceAccount: a.account}
}

// await gives a function its time. It goes on when that is over or nobody
// waits any more: Lambda is not told.
func await(ctx context.Context, timeout time.Duration, call func(ctx context.Context) (function.Result, error)) (function.Result, *refused) {
	type outcome struct {
		result function.Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := call(context.WithoutCancel(ctx))
		done <- outcome{result, err}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.result, invokeRefused(o.err)
	case <-timer.C:
		return function.Result{}, late
	case <-ctx.Done():
		return function.Result{}, late
	}
}

// invokeRefused is what a caller is told if Lambda refuses.
func invokeRefused(err error) *refused {
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*awsapi.Fault](err); ok && fault.Status == http.StatusRequestEntityTooLarge {
		return tooLarge
	}
	return misconfigured
}

// answer is what a function answers, either way.
type answer struct {
	StatusCode        int                 `json:"statusCode"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Cookies           []string            `json:"cookies"`
	Body              string              `json:"body"`
}

// sendBuffered sends an answer that came whole. What is no answer is not sent.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
func sendBuffered(w http.ResponseWriter, result function.Result) *refused {
	var a answer
	if result.Error != nil || json.Unmarshal(result.Body, &a) != nil || !a.valid() {
		return failed
	}
	body := []byte(a.Body) // stays base64, if it is: no media type is binary to this API
	header := a.header()
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	maps.Copy(w.Header(), header)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.StatusCode)
	w.Write(body)
	return nil
}

// sendStream sends an answer that was streamed: its status and headers, eight
// zeros, and its body. One that broke off breaks off here, too.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
func sendStream(w http.ResponseWriter, result function.Result) *refused {
	var a answer
	body, err := lambdatest.Split(result.Body, &a)
	if err != nil || !a.valid() {
		return failed
	}
	maps.Copy(w.Header(), a.header())
	w.WriteHeader(a.StatusCode)
	http.NewResponseController(w).Flush() // so that it goes in chunks, whatever its size
	w.Write(body)
	if result.Error != nil {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (a *answer) valid() bool { return a.StatusCode >= 200 && a.StatusCode < 600 }

// remapped are headers that are the API's own matter. A function's come under
// another name; those of the body's length and transfer above all.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
var remapped = []string{"Connection", "Content-Length", "Date", "Server", "Transfer-Encoding", "Www-Authenticate"}

// header merges both kinds of headers: of a name that is in both, the several
// values are all there are.
func (a *answer) header() http.Header {
	header := http.Header{}
	for name, value := range a.Headers {
		header.Set(name, value)
	}
	for name, values := range a.MultiValueHeaders {
		header[http.CanonicalHeaderKey(name)] = values
	}
	for _, cookie := range a.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	for _, name := range remapped {
		if values, ok := header[name]; ok {
			delete(header, name)
			header["X-Amzn-Remapped-"+name] = values
		}
	}
	return header
}
