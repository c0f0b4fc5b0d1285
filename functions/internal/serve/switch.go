package serve

import (
	"net/http"
	"sync"
)

// Switch is a handler that another can take the place of while it works.
type Switch struct {
	mu  sync.Mutex
	now *turn
}

// turn is the time of one handler.
type turn struct {
	http.Handler
	busy sync.WaitGroup // with requests that began in it
}

// Set has next answer from now on. The function that it returns waits until
// what answered before is done with its requests.
func (s *Switch) Set(next http.Handler) (wait func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.now
	s.now = &turn{Handler: next}
	if last == nil {
		return func() {}
	}
	return last.busy.Wait
}

func (s *Switch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	turn := s.enter()
	defer turn.busy.Done()
	turn.ServeHTTP(w, r)
}

func (s *Switch) enter() *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.busy.Add(1)
	return s.now
}
