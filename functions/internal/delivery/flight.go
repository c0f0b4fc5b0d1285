package delivery

import (
	"context"
	"errors"
	"sync"
)

// flights has each variant made once for all who ask for it at the same time.
// Between the processes of Lambda, which have one request each, CloudFront's
// request collapsing and the variants' store do that.
type flights struct {
	mu   sync.Mutex
	open map[string]*flight // that may still be boarded, by path
}

// flight is the making of one variant. Whoever asks first makes it, and goes on
// for the others if his viewer leaves. Once all viewers have left, it ends.
type flight struct {
	ctx     context.Context // the first request's, but for its end
	cancel  context.CancelCauseFunc
	waiting int           // viewers who have not left
	landed  chan struct{} // closed once the rest is set
	product product
	err     error
}

// maker makes a variant. It calls seal when nobody else may get what it makes.
type maker func(ctx context.Context, seal func()) (product, error)

// errCrashed is what the others are told if the maker panics.
var errCrashed = errors.New("the making of the variant panicked")

// share returns what work makes for the path, or what it makes for somebody
// else already. Its error is that of the work, or of ctx.
func (f *flights) share(ctx context.Context, path string, work maker) (p product, shared bool, err error) {
	flight, first := f.board(ctx, path)
	defer context.AfterFunc(ctx, func() { f.leave(path, flight, context.Cause(ctx)) })()
	if first {
		f.fly(path, flight, work)
		return flight.product, false, flight.err
	}
	select {
	case <-flight.landed:
		return flight.product, true, flight.err
	case <-ctx.Done():
		return product{}, true, context.Cause(ctx)
	}
}

func (f *flights) board(ctx context.Context, path string) (_ *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if flight, ok := f.open[path]; ok {
		flight.waiting++
		return flight, false
	}
	flight := &flight{waiting: 1, landed: make(chan struct{})}
	flight.ctx, flight.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	f.open[path] = flight
	return flight, true
}

func (f *flights) fly(path string, flight *flight, work maker) {
	seal := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.seal(path, flight)
	}
	flight.err = errCrashed
	defer close(flight.landed)
	defer flight.cancel(nil)
	defer seal()
	flight.product, flight.err = work(flight.ctx, seal)
}

// leave ends the flight that nobody waits for any more.
func (f *flights) leave(path string, flight *flight, cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if flight.waiting--; flight.waiting == 0 {
		f.seal(path, flight)
		flight.cancel(cause)
	}
}

// seal has whoever comes next begin a flight of his own.
func (f *flights) seal(path string, flight *flight) {
	if f.open[path] == flight {
		delete(f.open, path)
	}
}
