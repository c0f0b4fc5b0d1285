package change

import (
	"context"
	"time"
)

// rest is what a mapping waits for: a time by the clock, or its queue's change.
type rest struct {
	until   time.Time
	changed <-chan struct{}
}

// Idle returns when all that is due has been done: from then on nothing
// happens until the clock advances, or somebody sends a message.
func (c *Chain) Idle(ctx context.Context) error {
	const pause = time.Millisecond
	for {
		idle := true
		for _, m := range c.polling {
			idle = idle && m.idle()
		}
		if idle {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// idle reports whether the mapping hands nothing out, and waits for what has
// not come yet.
func (m *mapping) idle() bool {
	waits := m.resting.Load()
	if waits == nil || len(m.slots) > 0 || !m.chain.config.Clock.Now().Before(waits.until) {
		return false
	}
	select {
	case <-waits.changed:
		return false
	default:
		return true
	}
}
