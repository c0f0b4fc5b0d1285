package gateway

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

// stream runs the handler and returns its answer as soon as the headers are
// there; the body follows while it is written. What breaks off then ends in
// an error, never as if it were whole.
func stream(handler http.Handler, request *http.Request, log *slog.Logger) (*events.APIGatewayProxyStreamingResponse, error) {
	reader, writer := io.Pipe()
	w := &responseWriter{
		header: http.Header{},
		head:   request.Method == http.MethodHead,
		length: -1,
		body:   writer,
		begun:  make(chan struct{}),
		done:   make(chan struct{}),
	}
	go w.run(handler, request, log)
	select {
	case <-w.begun:
	case <-w.done:
		if w.status == 0 {
			return nil, w.err
		}
	}
	return w.response(reader), nil
}

// responseWriter is the [http.ResponseWriter] of a streamed answer.
type responseWriter struct {
	header  http.Header
	head    bool // the answer to HEAD has no body
	status  int
	sent    http.Header // the headers as they were when the status was written
	length  int64       // bytes that the body must have; -1 where that is open
	written int64
	body    *io.PipeWriter

	begun chan struct{} // closed by WriteHeader
	done  chan struct{} // closed when the handler has returned
	err   error         // why it failed before it began
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(status int) {
	if w.status != 0 || status < http.StatusOK {
		return
	}
	w.status = status
	w.sent = maps.Clone(w.header)
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		w.length = n
	}
	close(w.begun)
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.head:
		return len(p), nil
	case w.length >= 0 && w.written+int64(len(p)) > w.length:
		return 0, http.ErrContentLength
	}
	n, err := w.body.Write(p)
	w.written += int64(n)
	return n, err
}

// run calls the handler. The body's end is seen only after that, so that the
// invocation lasts as long as the handler does.
func (w *responseWriter) run(handler http.Handler, request *http.Request, log *slog.Logger) {
	defer close(w.done)
	err := serve(handler, w, request, log)
	if err == nil {
		w.WriteHeader(http.StatusOK)
		err = w.complete()
	}
	w.err = err
	w.body.CloseWithError(err)
}

// serve is the handler, its panics turned into errors: in a goroutine of its
// own they would end the process.
func serve(handler http.Handler, w http.ResponseWriter, request *http.Request, log *slog.Logger) (err error) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause != http.ErrAbortHandler {
			log.Error("handler panicked", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		}
		err = messages.InvokeResponse_Error{Type: "Aborted", Message: "the answer broke off"}
	}()
	handler.ServeHTTP(w, request)
	return nil
}

// complete reports a body that is shorter than promised.
func (w *responseWriter) complete() error {
	if w.head || w.length < 0 || w.written == w.length || w.status == http.StatusNotModified {
		return nil
	}
	return messages.InvokeResponse_Error{Type: "Aborted", Message: "the answer is shorter than announced"}
}

func (w *responseWriter) response(body *io.PipeReader) *events.APIGatewayProxyStreamingResponse {
	response := &events.APIGatewayProxyStreamingResponse{
		StatusCode:        w.status,
		Headers:           map[string]string{},
		MultiValueHeaders: map[string][]string{},
		Body:              &streamBody{body, w.done},
	}
	for name, values := range w.sent {
		if len(values) == 1 {
			response.Headers[name] = values[0]
		} else {
			response.MultiValueHeaders[name] = values
		}
	}
	return response
}

// streamBody ends the handler when Lambda takes no more of its answer, and
// waits for that: between invocations nothing runs.
type streamBody struct {
	*io.PipeReader
	done <-chan struct{}
}

var errStopped = errors.New("the answer is not read any more")

func (b *streamBody) Close() error {
	b.PipeReader.CloseWithError(errStopped)
	<-b.done
	return nil
}
