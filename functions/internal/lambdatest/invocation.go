package lambdatest

import (
	"fmt"
	"time"
)

// invocation is one event on its way to an outcome.
type invocation struct {
	id      string
	event   []byte
	limit   int64 // bytes of the answer; -1 means none
	timeout time.Duration
	done    chan Result // buffered: takes the first outcome
}

func (h *Host) newInvocation(event []byte, limit int64) *invocation {
	h.count++
	i := &invocation{
		id:      fmt.Sprintf("00000000-0000-4000-8000-%012d", h.count),
		event:   event,
		limit:   limit,
		timeout: h.config.Timeout,
		done:    make(chan Result, 1),
	}
	h.current.Store(i.id, i)
	return i
}

// finish reports whether the outcome is the first.
func (i *invocation) finish(r Result) bool {
	select {
	case i.done <- r:
		return true
	default:
		return false
	}
}
