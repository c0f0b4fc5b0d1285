//go:build linux

// Package soak loads the service as it is shipped: `primrose serve` and the
// image function's bootstrap, over a real S3 server.
//
//	go test ./internal/soak -v -duration 60s -requests 20000
//
// The load is a mix of what was made before, what was not, viewers who leave,
// crowds who want the same, and images that mean no good. Each answer is
// judged: an image is decoded and must show the picture that was asked for, in
// its size and format; an error must be the one that the request deserves. Under
// more load than the machine can bear, some may be told to come back.
//
// Without flags it does so for a few seconds.
package soak

import (
	"flag"
	"os"
	"testing"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/worker"
)

var (
	duration = flag.Duration("duration", time.Second/2, "how long each load lasts")
	requests = flag.Int64("requests", 160, "how many requests memory is watched for")
)

// TestMain lets the judge's pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(lambdatest.Main(m))
}

func newPool(t *testing.T) *worker.Pool {
	t.Helper()
	pool, err := worker.NewPool(worker.Config{Queue: outstanding})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// viewers is how many ask at a time where each waits for his answer: enough to
// keep the workers busy, and never so many that one is turned away.
const viewers = 8

// TestServe finds out what the machine can do, asks for that, and for twice
// that. Then it asks many questions more, to see that memory stays where it is;
// no viewer leaves meanwhile, because a worker that is killed begins anew.
func TestServe(t *testing.T) {
	s := serve(t)
	l := newLoad(t, s.ask, newMix(t))
	table := newTable()
	phase := func(name string, run func() tally) (tally, []sample) {
		killed, crashed := s.ends.killed.Load(), s.ends.crashed.Load()
		watched := watch(s.pid, l)
		tally := run()
		samples := watched()
		table.row(name, tally, highest(samples), s.ends.killed.Load()-killed, s.ends.crashed.Load()-crashed)
		l.blame(t)
		t.Logf("%s: %d requests, %.0f a second", name, tally.requests(), tally.rate())
		return tally, samples
	}
	l.mix.leaving = true
	most, _ := phase("capacity", func() tally {
		end := time.Now().Add(*duration / 3)
		return l.closed(t.Context(), viewers, func() bool { return time.Now().Before(end) })
	})
	phase("1×", func() tally { return l.open(t.Context(), most.rate(), *duration) })
	phase("2×", func() tally { return l.open(t.Context(), 2*most.rate(), *duration) })
	l.mix.leaving = false
	_, samples := phase("steady", func() tally { return l.many(t.Context(), viewers, *requests) })
	t.Logf("\n%s", table)
	flat(t, samples)
	if crashed := s.ends.crashed.Load(); crashed > 0 {
		t.Errorf("%d workers crashed", crashed)
	}
}

// newLoad is the mix for whom it asks, and what it asks for again is made.
func newLoad(t *testing.T, ask asker, m *mix) *load {
	t.Helper()
	l := &load{ask: ask, mix: m, judge: &judge{pool: newPool(t)}}
	for i := range 2 * len(m.pictures) {
		q := m.hit(i)
		a, err := ask(t.Context(), q)
		if err == nil {
			err = l.judge.check(t.Context(), q, a)
		}
		if err != nil {
			t.Fatal(err)
		}
		q.etag = a.header.Get("ETag")
		m.known = append(m.known, q)
	}
	return l
}

// blame fails the test for wrong answers.
func (l *load) blame(t *testing.T) {
	t.Helper()
	for _, err := range l.wrong[:min(len(l.wrong), 5)] {
		t.Error(err)
	}
	if n := len(l.wrong); n > 0 {
		t.Errorf("%d wrong answers", n)
	}
}
