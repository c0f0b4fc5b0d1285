//go:build linux

package soak

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// outstanding is how many requests may be under way: more than a server that
// turns away what it can't do ever has.
const outstanding = 2000

// asker puts a question, and returns its answer.
type asker func(ctx context.Context, q *question) (answer, error)

// ask puts a question to the server.
func (s *server) ask(ctx context.Context, q *question) (answer, error) {
	if q.leave > 0 {
		var leave context.CancelFunc
		ctx, leave = context.WithTimeout(ctx, q.leave)
		defer leave()
	}
	request, err := http.NewRequestWithContext(ctx, q.method, s.url+q.url(), nil)
	if err != nil {
		return answer{}, err
	}
	if q.status == http.StatusNotModified {
		request.Header.Set("If-None-Match", q.etag)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	return read(response)
}

// load puts a mix of questions, and judges the answers.
type load struct {
	ask   asker
	mix   *mix
	judge *judge
	done  atomic.Int64 // requests

	mu sync.Mutex
	tally
}

// tally is what became of the requests.
type tally struct {
	took     time.Duration
	statuses map[int]int // 0: the viewer left
	starved  int         // answers that the store didn't answer in time
	times    map[string][]time.Duration
	wrong    []error
}

// one puts a question.
func (l *load) one(ctx context.Context, q *question) {
	begin := time.Now()
	a, err := l.ask(ctx, q)
	took := time.Since(begin)
	switch {
	case err == nil:
		err = l.judge.check(ctx, q, a)
	case q.leave > 0 && errors.Is(err, context.DeadlineExceeded):
		err = nil
	}
	l.done.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[a.status]++
	if a.header.Get("Retry-After") == "5" {
		l.starved++
	}
	if a.status != 0 {
		l.times[q.kind] = append(l.times[q.kind], took)
	}
	if err != nil {
		l.wrong = append(l.wrong, &mistake{q, err})
	}
}

// mistake is a wrong answer.
type mistake struct {
	*question
	err error
}

func (m *mistake) Error() string {
	return m.kind + ": " + m.method + " " + m.url() + ": " + m.err.Error()
}

// begin starts a new count, and returns what ends it.
func (l *load) begin() func() tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally = tally{statuses: map[int]int{}, times: map[string][]time.Duration{}}
	begin := time.Now()
	return func() tally {
		l.took = time.Since(begin)
		return l.tally
	}
}

// closed has a number of viewers ask, each again as soon as he is answered,
// while more is true.
func (l *load) closed(ctx context.Context, viewers int, more func() bool) tally {
	end := l.begin()
	var all sync.WaitGroup
	for range viewers {
		all.Go(func() {
			for more() {
				l.together(ctx, l.mix.next())
			}
		})
	}
	all.Wait()
	return end()
}

// many asks until so many more requests are answered.
func (l *load) many(ctx context.Context, viewers int, requests int64) tally {
	end := l.done.Load() + requests
	return l.closed(ctx, viewers, func() bool { return l.done.Load() < end })
}

// open asks so many times a second, however long the answers take.
func (l *load) open(ctx context.Context, rate float64, duration time.Duration) tally {
	end := l.begin()
	var all sync.WaitGroup
	places := make(chan struct{}, outstanding)
	begin := time.Now()
	for asked := 0; time.Since(begin) < duration; {
		questions := l.mix.next()
		time.Sleep(time.Until(begin.Add(time.Duration(float64(asked) / rate * float64(time.Second)))))
		asked += len(questions)
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			l.together(ctx, questions)
		})
	}
	all.Wait()
	return end()
}

func (l *load) together(ctx context.Context, questions []*question) {
	var all sync.WaitGroup
	for _, q := range questions[1:] {
		all.Go(func() { l.one(ctx, q) })
	}
	l.one(ctx, questions[0])
	all.Wait()
}

func (t tally) requests() (n int) {
	for _, count := range t.statuses {
		n += count
	}
	return n
}

// rate is requests a second.
func (t tally) rate() float64 { return float64(t.requests()) / t.took.Seconds() }

// between counts answers by their status.
func (t tally) between(low, high int) (n int) {
	for status, count := range t.statuses {
		if low <= status && status <= high {
			n += count
		}
	}
	return n
}

// percentile is of the answers of some kinds, or of all.
func (t tally) percentile(share float64, kinds ...string) time.Duration {
	var times []time.Duration
	for kind, more := range t.times {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			times = append(times, more...)
		}
	}
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[int(share*float64(len(times)-1))]
}
