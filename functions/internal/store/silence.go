package store

import (
	"context"
	"fmt"
	"io"
	"time"
)

// silence is how long a store may say nothing while a viewer waits: until its
// answer begins, all attempts together, and then until each next part of the
// body.
const silence = 3 * time.Second

var errSilent = fmt.Errorf("the store said nothing for %s", silence)

// watch ends a request whose store has fallen silent.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func newWatch(ctx context.Context) *watch {
	ctx, cancel := context.WithCancelCause(ctx)
	return &watch{ctx, cancel, time.AfterFunc(silence, func() { cancel(errSilent) })}
}

// heard pauses the watch, and tells an error by which it has ended the request
// from others.
func (w *watch) heard(err error) error {
	w.timer.Stop()
	if err != nil && context.Cause(w.ctx) == errSilent {
		return errSilent
	}
	return err
}

// watched is a body under watch.
type watched struct {
	io.ReadCloser
	watch *watch
}

func (w watched) Read(p []byte) (int, error) {
	w.watch.timer.Reset(silence)
	n, err := w.ReadCloser.Read(p)
	return n, w.watch.heard(err)
}

// Close also ends a read that is under way.
func (w watched) Close() error {
	w.watch.timer.Stop()
	w.watch.cancel(nil)
	return w.ReadCloser.Close()
}
