package network

import (
	"context"
	"sync"
	"time"
)

// Clock is the machine's, ahead by as much as was let pass. Its zero value is not ahead.
type Clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	advance chan struct{} // closed by the next [Clock.Advance]
}

// Now is the time by this clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Advance lets time pass at once, and wakes whoever waits for it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	if c.advance != nil {
		close(c.advance)
		c.advance = nil
	}
}

// Wait returns when it is time, or ctx's error when that is done before.
func (c *Clock) Wait(ctx context.Context, until time.Time) error {
	for {
		left, advance := c.left(until)
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-advance:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
	}
}

func (c *Clock) left(until time.Time) (time.Duration, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.advance == nil {
		c.advance = make(chan struct{})
	}
	return until.Sub(time.Now().Add(c.ahead)), c.advance
}
