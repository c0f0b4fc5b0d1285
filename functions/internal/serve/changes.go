package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
)

// changesPath is where pages listen. No key ends in a slash.
const changesPath = "/changes/"

// Messages are server-sent events:
// https://html.spec.whatwg.org/multipage/server-sent-events.html
const (
	// begun has no data, so that nobody hears of it. It makes a listener say
	// that it was here before when it comes again, having missed things.
	begun = "id: 1\n\n"

	anythingChanged = "event: stage\ndata: {}\n\n"
	stillHere       = ":\n\n"
)

// alive is how often a listener is told that there is no news, so that
// nothing between takes the connection for dead.
const alive = 25 * time.Second

// backlog is how many messages may wait for a listener. One that is slower is
// let go: it comes back, and looks at everything.
const backlog = 256

// audience is how many may listen at a time: each holds a connection for as long
// as it likes.
const audience = 256

// Changes tells pages at once what they show is out of date. Nil tells nobody.
type Changes struct {
	mu        sync.Mutex
	listeners map[chan string]bool
	closed    bool
}

// Original says that the original of a key was written or removed.
func (c *Changes) Original(key string) {
	data, _ := json.Marshal(map[string]string{"key": key}) // text always marshals
	c.tell(fmt.Sprintf("data: %s\n\n", data))
}

// Anything says that any variant may look different now.
func (c *Changes) Anything() { c.tell(anythingChanged) }

// Close lets all listeners go, and those who come later.
func (c *Changes) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for listener := range c.listeners {
		close(listener)
	}
	c.listeners = nil
}

func (c *Changes) tell(message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for listener := range c.listeners {
		select {
		case listener <- message:
		default:
			delete(c.listeners, listener)
			close(listener)
		}
	}
}

// listen returns the messages from now on, until leave is called or the channel
// is closed; nil if too many listen.
func (c *Changes) listen() (messages <-chan string, leave func()) {
	listener := make(chan string, backlog)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.listeners) == audience {
		return nil, func() {}
	}
	if c.closed {
		close(listener)
		return listener, func() {}
	}
	if c.listeners == nil {
		c.listeners = map[chan string]bool{}
	}
	c.listeners[listener] = true
	return listener, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.listeners, listener)
	}
}

// Around answers who wants to hear of changes, and hands on all others to next.
func (c *Changes) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case delivery.SentPath(r) != changesPath || r.Method != http.MethodGet:
			next.ServeHTTP(w, r)
		case c == nil:
			w.WriteHeader(http.StatusNoContent) // on which a browser does not ask again
		default:
			c.stream(w, r)
		}
	})
}

func (c *Changes) stream(w http.ResponseWriter, r *http.Request) {
	messages, leave := c.listen()
	defer leave()
	if messages == nil {
		delivery.Refuse(w, r, problem.New(problem.Overloaded, "%d pages listen already; close some", audience))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	first := begun
	if r.Header.Get("Last-Event-ID") != "" {
		first += anythingChanged
	}
	if send := sender(w); send(first) == nil {
		relay(r, messages, send)
	}
}

// relay sends messages, and signs of life between them, until someone leaves.
func relay(r *http.Request, messages <-chan string, send func(string) error) {
	pulse := time.NewTicker(alive)
	defer pulse.Stop()
	for {
		message, ok := stillHere, true
		select {
		case <-r.Context().Done():
			return
		case <-pulse.C:
		case message, ok = <-messages:
		}
		if !ok || send(message) != nil {
			return
		}
	}
}

// sender sends text at once. The server's own deadlines are for whole requests
// and answers: that of reading would end them, too.
func sender(w http.ResponseWriter) func(text string) error {
	control := http.NewResponseController(w)
	unread := control.SetReadDeadline(time.Time{})
	return func(text string) error {
		if err := errors.Join(unread, control.SetWriteDeadline(time.Now().Add(alive))); err != nil {
			return err
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return control.Flush()
	}
}
