// Package gateway turns Lambda events into requests, and answers into what
// Lambda and API Gateway expect.
//
// Three kinds of event reach the image function. A GET or HEAD from the REST
// API is for a variant: its answer is streamed, since only so it may exceed
// 6 MB. A POST from there carries an operation, and anything else is an
// operation by itself, invoked directly; both are answered at once. The API's
// methods are set to the same modes, because no event names its own.
package gateway

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

// Operations runs an operation: the event is its request, the value its
// result. Of its errors only problems are shown.
type Operations interface {
	Invoke(ctx context.Context, event json.RawMessage) (any, error)
}

// Gateway is the function's handler.
type Gateway struct {
	Images     http.Handler
	Operations Operations
	Log        *slog.Logger // one line an operation
}

// Invoke answers an event; it is what [lambda.Start] takes.
//
// [lambda.Start]: https://pkg.go.dev/github.com/aws/aws-lambda-go/lambda#Start
func (g *Gateway) Invoke(ctx context.Context, payload json.RawMessage) (any, error) {
	event, ok := parseEvent(payload)
	switch {
	case !ok:
		result, err := g.operate(ctx, payload)
		if err != nil {
			return nil, functionError(err)
		}
		return result, nil
	case event.Method == http.MethodPost:
		return g.post(ctx, event), nil
	}
	return stream(g.Images, event.request(ctx), g.Log)
}

// post answers an operation that came as a request's body.
func (g *Gateway) post(ctx context.Context, event event) any {
	body, err := event.body()
	if err != nil {
		return refusal(err)
	}
	result, err := g.operate(ctx, body)
	if err != nil {
		return refusal(err)
	}
	answer := buffered(http.StatusOK, "application/json", result)
	if err := fits(answer); err != nil { // with its quotes escaped
		return refusal(err)
	}
	return answer
}
