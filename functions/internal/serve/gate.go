package serve

import (
	"net/http"
	"sync"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
)

// crowd is how many viewers may wait at a time for their answers to begin. A
// store that is asked for much more than it can give answers nobody in time.
// Viewers who are being answered don't count, however slowly they read.
const crowd = 128

// gate lets a crowd in. Lambda has one of its own: a function's concurrency.
type gate chan struct{}

// admit calls next, unless too many wait already.
func (g gate) admit(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	select {
	case g <- struct{}{}:
	default:
		delivery.Refuse(w, r, problem.New(problem.Overloaded, "more is asked for than can be answered; try again in a second"))
		return
	}
	leave := sync.OnceFunc(func() { <-g })
	defer leave()
	next(waiting{w, leave}, r)
}

// waiting is the response of a viewer who waits until it begins.
type waiting struct {
	http.ResponseWriter
	leave func()
}

func (w waiting) WriteHeader(status int) {
	w.leave()
	w.ResponseWriter.WriteHeader(status)
}
