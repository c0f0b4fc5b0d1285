package lambdatest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// api is the Runtime API, version 2018-06-01, as one process sees it.
func (h *Host) api(p *process) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", h.takeNext(p))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", h.takeResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", h.takeError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", p.takeInitError)
	return mux
}

func (h *Host) takeNext(p *process) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case i := <-p.next:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(i.timeout).UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", h.config.Self.ARN)
			w.Header().Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
			w.Write(i.event)
		case <-r.Context().Done():
		}
	}
}

// takeResponse takes an answer, up to the invocation's limit. A streamed one
// that failed on its way says so in its trailers.
func (h *Host) takeResponse(w http.ResponseWriter, r *http.Request) {
	i, ok := h.invocation(w, r)
	if !ok {
		return
	}
	body, err := io.ReadAll(limited(r.Body, i.limit))
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, &Error{Type: "InvalidRequest", Message: err.Error()})
	case i.limit >= 0 && int64(len(body)) > i.limit:
		e := &Error{Type: "Function.ResponseSizeTooLarge", Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", i.limit)}
		i.finish(failure(http.StatusBadGateway, e))
		refuse(w, http.StatusRequestEntityTooLarge, e)
	default:
		accept(w, i, Result{Status: http.StatusOK, Body: body, Error: trailerError(r.Trailer)})
	}
}

func (h *Host) takeError(w http.ResponseWriter, r *http.Request) {
	if i, ok := h.invocation(w, r); ok {
		accept(w, i, reported(http.StatusOK, r.Body))
	}
}

func (p *process) takeInitError(w http.ResponseWriter, r *http.Request) {
	select {
	case p.initError <- reported(http.StatusBadGateway, r.Body):
		w.WriteHeader(http.StatusAccepted)
	default:
		w.WriteHeader(http.StatusForbidden) // said already
	}
}

func (h *Host) invocation(w http.ResponseWriter, r *http.Request) (*invocation, bool) {
	i, ok := h.current.Load(r.PathValue("id"))
	if !ok {
		refuse(w, http.StatusBadRequest, &Error{Type: "InvalidRequestID", Message: "Invalid request ID"})
		return nil, false
	}
	return i.(*invocation), true
}

func accept(w http.ResponseWriter, i *invocation, r Result) {
	if !i.finish(r) {
		refuse(w, http.StatusBadRequest, &Error{Type: "InvalidStateTransition", Message: "State transition from Ready to RuntimeResponseSent failed"})
		return
	}
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, e *Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(e)
}

// limited reads one byte more than the limit, to tell what exceeds it.
func limited(r io.Reader, limit int64) io.Reader {
	if limit < 0 {
		return r
	}
	return io.LimitReader(r, limit+1)
}

// reported is the outcome that the function itself calls an error.
func reported(status int, body io.Reader) Result {
	text, err := io.ReadAll(body)
	if err != nil {
		return failure(http.StatusBadGateway, &Error{Type: "InvalidRequest", Message: err.Error()})
	}
	e := &Error{}
	if err := json.Unmarshal(text, e); err != nil {
		e = &Error{Type: "Unhandled", Message: string(text)}
	}
	return Result{Status: status, Body: text, Error: e}
}

// trailerError is the error that a streamed answer ended with, if any.
func trailerError(trailer http.Header) *Error {
	kind := trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		return nil
	}
	e := &Error{Type: kind}
	if text, err := base64.StdEncoding.DecodeString(trailer.Get("Lambda-Runtime-Function-Error-Body")); err == nil {
		json.Unmarshal(text, e)
	}
	return e
}
