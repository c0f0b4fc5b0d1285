// Package problem holds the errors that a viewer may see.
//
// Every failure that leaves Primrose is a [Problem]: a stable code that
// programs match on, a status, and one sentence that says what was wrong and
// what to do. What caused it stays inside, in the error chain and the log.
package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ContentType is the media type of a problem's body (RFC 9457).
const ContentType = "application/problem+json"

// Code names a kind of failure. Codes never change their meaning.
type Code string

const (
	BadPath           Code = "bad_path"           // the path is no original's key or no normal variant path
	BadOption         Code = "bad_option"         // an option's value is outside of its range
	BadRequest        Code = "bad_request"        // an operation's event is malformed
	TooLong           Code = "too_long"           // the request, or key and options together, exceed a length limit
	BadSignature      Code = "bad_signature"      // the stage wants signed URLs, and this one is none
	Expired           Code = "expired"            // the URL was signed for a time that is over
	NotFound          Code = "not_found"          // no original has this key
	MethodNotAllowed  Code = "method_not_allowed" // neither GET nor HEAD
	OriginalTooLarge  Code = "original_too_large" // more bytes than the limit
	TooManyPixels     Code = "too_many_pixels"    // the original's pixels, or the result's side or bytes, exceed the limit
	TooManyFrames     Code = "too_many_frames"    // the original's frames exceed the limit
	UnsupportedFormat Code = "unsupported_format" // a format that is not served, or is switched off
	BrokenImage       Code = "broken_image"       // truncated or corrupt
	TooExpensive      Code = "too_expensive"      // more time or memory than one image may take
	WorkerFailed      Code = "worker_failed"      // the worker died; the next request gets a fresh one
	StoreUnavailable  Code = "store_unavailable"  // the originals' store does not answer
	Overloaded        Code = "overloaded"         // as many wait for a worker as may
	Internal          Code = "internal"           // a defect of ours
)

// status is the one table from code to HTTP status.
var status = map[Code]int{
	BadPath:           http.StatusBadRequest,
	BadOption:         http.StatusBadRequest,
	BadRequest:        http.StatusBadRequest,
	TooLong:           http.StatusBadRequest,
	BadSignature:      http.StatusForbidden,
	Expired:           http.StatusForbidden,
	NotFound:          http.StatusNotFound,
	MethodNotAllowed:  http.StatusMethodNotAllowed,
	OriginalTooLarge:  http.StatusRequestEntityTooLarge,
	TooManyPixels:     http.StatusUnprocessableEntity,
	TooManyFrames:     http.StatusUnprocessableEntity,
	UnsupportedFormat: http.StatusUnsupportedMediaType,
	BrokenImage:       http.StatusUnprocessableEntity,
	TooExpensive:      http.StatusUnprocessableEntity,
	WorkerFailed:      http.StatusBadGateway,
	StoreUnavailable:  http.StatusServiceUnavailable,
	Overloaded:        http.StatusServiceUnavailable,
	Internal:          http.StatusInternalServerError,
}

// Problem is an error with a public face. Its cause, if any, is for the log.
type Problem struct {
	Code   Code   // what kind of failure
	Detail string // one public sentence: what was wrong, what to do
	Cause  error  // private; nil where the detail says it all
}

// New returns a problem whose detail is formatted as by [fmt.Sprintf].
func New(code Code, format string, args ...any) *Problem {
	return &Problem{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Because returns a copy of p that carries its private cause.
func (p *Problem) Because(cause error) *Problem {
	return &Problem{Code: p.Code, Detail: p.Detail, Cause: cause}
}

// Of returns the problem in err's chain. Any other error becomes
// [Internal], and shows nothing of itself.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return New(Internal, "something went wrong on our side; try again").Because(err)
}

func (p *Problem) Error() string {
	if p.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", p.Code, p.Detail, p.Cause)
	}
	return fmt.Sprintf("%s: %s", p.Code, p.Detail)
}

func (p *Problem) Unwrap() error { return p.Cause }

// Status returns the HTTP status of the problem's code.
func (p *Problem) Status() int {
	if s, ok := status[p.Code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// RetryAfter returns after how many seconds the request may well succeed, 0 if
// it would fail again or nobody knows: a worker that died may have died of the
// image. A store that was down for one request is likely to be for the next.
func (p *Problem) RetryAfter() int {
	switch p.Code {
	case Overloaded:
		return 1
	case StoreUnavailable:
		return 5
	}
	return 0
}

// MarshalJSON writes the problem's public face and nothing else.
func (p *Problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Code   Code   `json:"code"`
		Detail string `json:"detail"`
	}{http.StatusText(p.Status()), p.Status(), p.Code, p.Detail})
}
