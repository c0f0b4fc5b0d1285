package lambdatest

import (
	"crypto/rand"
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
	i := &invocation{
		id:      NewID(),
		event:   event,
		limit:   limit,
		timeout: h.config.Timeout,
		done:    make(chan Result, 1),
	}
	h.current.Store(i.id, i)
	return i
}

// NewID is a random UUID, as AWS gives requests and messages.
func NewID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
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
