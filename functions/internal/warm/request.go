package warm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/terminal"
)

// longestAnswer is how long an answer may take to come whole. CloudFront gives up
// sooner.
const longestAnswer = 2 * time.Minute

// Failure is a request that was not answered well.
type Failure struct {
	Request
	Code   string // the problem's; without one, the status's words
	Detail string

	unreachable bool          // nobody answered
	again       bool          // the same request may succeed later
	after       time.Duration // the service says so; 0 if it doesn't
}

func (f *Failure) String() string {
	return fmt.Sprintf("%s (%s): %s: %s", f.Target, f.Accept, f.Code, f.Detail)
}

// get asks once, and returns how many bytes came.
func (r *run) get(ctx context.Context, request Request) (int64, *Failure) {
	target := request.Target
	if r.Sign != nil {
		var err error
		if target, err = r.Sign(target); err != nil {
			return 0, &Failure{Request: request, Code: string(problem.BadRequest), Detail: err.Error()}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(r.patience, longestAnswer))
	defer cancel()
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Base+target, nil)
	if err != nil {
		return 0, &Failure{Request: request, Code: string(problem.BadRequest), Detail: unsigned(err)}
	}
	asked.Header.Set("Accept", request.Accept)
	response, err := client.Do(asked)
	if err != nil {
		return 0, &Failure{Request: request, Code: "no_answer", Detail: unsigned(err), unreachable: ctx.Err() == nil, again: true}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, failureOf(request, response)
	}
	bytes, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return 0, &Failure{Request: request, Code: "broken_off", Detail: err.Error(), again: true}
	}
	return bytes, nil
}

// client goes nowhere else: it would tell there which URL it comes from, with
// its signature.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// unsigned leaves the URL, which may be signed, out of an error of http's.
func unsigned(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return err.Error()
}

// maxFace is more than any problem's body has, in bytes.
const maxFace = 4 << 10

func failureOf(request Request, response *http.Response) *Failure {
	f := &Failure{Request: request, Code: terminal.Line(response.Status)}
	f.again, f.after = retry(response)
	if to := response.Header.Get("Location"); to != "" {
		f.Detail = "it leads to " + terminal.Line(to) + ": name where variants are by --base"
		return f
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxFace))
	var face struct{ Code, Detail string }
	if err == nil && json.Unmarshal(text, &face) == nil && face.Code != "" {
		f.Code, f.Detail = terminal.Line(face.Code), terminal.Line(face.Detail)
	}
	return f
}

// retry tells whether the same request may be answered better later, and when
// the service says that it is: RFC 9110, sections 10.2.3 and 15.6; RFC 6585,
// section 4.
func retry(response *http.Response) (again bool, after time.Duration) {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return false, 0
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return true, 0
	}
	return true, time.Duration(min(seconds, longestRest)) * time.Second
}
