package warm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"primrose/functions/internal/problem"
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
