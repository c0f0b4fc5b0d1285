package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"primrose/functions/internal/problem"
)

// maxBuffered is the largest answer, in bytes, that Lambda takes at once:
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
// and the exact number in its error message.
const maxBuffered = 6_291_556

// operate runs one operation, logs it, and returns its result as JSON.
func (g *Gateway) operate(ctx context.Context, request json.RawMessage) (json.RawMessage, error) {
	begin := time.Now()
	result, err := g.result(ctx, request)
	line := []slog.Attr{
		slog.Int("bytesIn", len(request)),
		slog.Int("bytesOut", len(result)),
		slog.Float64("totalMs", float64(time.Since(begin).Microseconds())/1000),
	}
	level := slog.LevelInfo
	if err != nil {
		p := problem.Of(err)
		line = append(line, slog.String("code", string(p.Code)), slog.String("error", p.Error()))
		if p.Status() >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	g.Log.LogAttrs(ctx, level, "operation", line...)
	return result, err
}

func (g *Gateway) result(ctx context.Context, request json.RawMessage) (json.RawMessage, error) {
	value, err := g.Operations.Invoke(ctx, request)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	result := json.RawMessage(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return result, limit(len(result))
}

// fits reports an answer that is too large only in its envelope.
func fits(answer events.APIGatewayProxyResponse) error {
	envelope, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return limit(len(envelope))
}

// limit keeps Lambda from refusing an answer, which would end the process.
func limit(size int) error {
	if size <= maxBuffered {
		return nil
	}
	return problem.New(problem.TooManyPixels, "the result has %d bytes, at most %d can be returned; ask for a smaller image, or for a variant by URL", size, maxBuffered)
}

func refusal(err error) events.APIGatewayProxyResponse {
	p := problem.Of(err)
	body, _ := json.Marshal(p) // strings and a number always marshal
	return buffered(p.Status(), problem.ContentType, body)
}

func buffered(status int, contentType string, body []byte) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{
		StatusCode: status,
		Headers: map[string]string{
			"Content-Type":           contentType,
			"Content-Length":         fmt.Sprint(len(body)),
			"Cache-Control":          "no-store",
			"X-Content-Type-Options": "nosniff",
		},
		Body: string(body),
	}
}

// functionError is the problem as a caller of Lambda sees it.
func functionError(err error) error {
	p := problem.Of(err)
	return messages.InvokeResponse_Error{Type: string(p.Code), Message: p.Detail}
}
