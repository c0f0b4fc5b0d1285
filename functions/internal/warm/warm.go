package warm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/terminal"
)

// Warmer asks for what a plan holds.
type Warmer struct {
	Base     string // scheme and host of the service
	Sign     func(target string) (string, error)
	Parallel int      // requests at a time, at least 1
	Journal  *Journal // nil: none
	Told     func(Progress, *Failure)

	sleep    func(ctx context.Context, d time.Duration) error // nil: [sleep]
	patience time.Duration                                    // with one answer; 0: [longestAnswer]
	rest     rest
}

// longestAnswer is how long an answer may take to come whole. CloudFront gives up
// sooner.
const longestAnswer = 2 * time.Minute

// Progress is how far a run is.
type Progress struct {
	Total  int
	Made   int // asked for, and answered well
	Known  int // made before, as the journal says
	Failed int
	Bytes  int64 // received
}

// Done is how many requests need no more work.
func (p Progress) Done() int { return p.Made + p.Known + p.Failed }

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

// Run asks for everything that the journal doesn't know yet, and tells of each.
// Its error is that of a service which doesn't answer at all, of the journal, or
// of ctx.
func (w *Warmer) Run(ctx context.Context, plan Plan) (Progress, error) {
	if w.sleep == nil {
		w.sleep = sleep
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &run{Warmer: w, cancel: cancel, progress: Progress{Total: plan.Total()}}
	requests := make(chan Request)
	var askers sync.WaitGroup
	for range max(1, w.Parallel) {
		askers.Go(func() {
			for request := range requests {
				r.ask(ctx, request)
			}
		})
	}
	for request, err := range plan.Requests() {
		switch {
		case err != nil:
			r.failed(&Failure{Request: request, Code: string(problem.Of(err).Code), Detail: err.Error()})
		case w.Journal.Has(request):
			r.note(func(p *Progress) { p.Known++ }, nil)
		default:
			select {
			case requests <- request:
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(requests)
	askers.Wait()
	return r.progress, context.Cause(ctx)
}

// run is a run under way.
type run struct {
	*Warmer
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	progress Progress
}

func (r *run) note(count func(*Progress), failure *Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	count(&r.progress)
	if r.Told != nil {
		r.Told(r.progress, failure)
	}
}

func (r *run) failed(f *Failure) { r.note(func(p *Progress) { p.Failed++ }, f) }

// Retries are bounded: what fails five times is broken, and is reported.
const (
	attempts    = 5
	firstPause  = 500 * time.Millisecond // doubled each time, and up to half longer by chance
	longestRest = 60                     // seconds that a service may ask for
)

// ask asks for one variant until it is there, or is not going to be.
func (r *run) ask(ctx context.Context, request Request) {
	for attempt := 1; r.rest.wait(ctx, r.sleep) == nil; attempt++ {
		bytes, failure := r.get(ctx, request)
		switch {
		case ctx.Err() != nil:
			return
		case failure == nil:
			r.made(request, bytes)
			return
		case failure.again && attempt < attempts:
			if r.pause(ctx, failure, attempt) != nil {
				return
			}
		case failure.unreachable:
			r.cancel(fmt.Errorf("the service does not answer: %s", failure.Detail))
			return
		default:
			r.failed(failure)
			return
		}
	}
}

func (r *run) made(request Request, bytes int64) {
	if err := r.Journal.Add(request); err != nil {
		r.cancel(fmt.Errorf("the journal: %w", err))
	}
	r.note(func(p *Progress) { p.Made++; p.Bytes += bytes }, nil)
}

// pause waits before another attempt. Where the service says for how long, all
// wait.
func (r *run) pause(ctx context.Context, failure *Failure, attempt int) error {
	if failure.after > 0 {
		r.rest.until(time.Now().Add(failure.after))
		return nil
	}
	pause := firstPause << (attempt - 1)
	return r.sleep(ctx, pause+rand.N(pause/2))
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

// rest is a time at which everybody waits.
type rest struct {
	mu  sync.Mutex
	end time.Time
}

func (r *rest) until(end time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if end.After(r.end) {
		r.end = end
	}
}

func (r *rest) wait(ctx context.Context, sleep func(context.Context, time.Duration) error) error {
	r.mu.Lock()
	left := time.Until(r.end)
	r.mu.Unlock()
	if left <= 0 {
		return ctx.Err()
	}
	return sleep(ctx, left)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
