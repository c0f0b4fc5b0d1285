package purge_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/s3test"
	"primrose/functions/internal/worker"
)

// These tests run the real image function, with a real worker, and the real
// purge over real buckets, in every order in which their steps can follow each
// other, while viewers ask for the variant all the time. At the end nothing is
// left of the old bytes, neither in the bucket nor at the edge.
//
// Two things are given by time, not by order, and hold here as they do in AWS.
// An image function that read the old original has answered before the second
// sweep, because that waits for longer than the function may run. And what the
// edge was fetching when the second sweep deleted it has arrived before the
// second invalidation, because that waits for [purge.Drain].

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// A request's steps are to fetch the original, to store the variant, to look
// at the original again, and to have its answer arrive at the edge. Of the
// original as it is, nothing is stored: there are the first and the last.
const (
	fetch   = 0
	recheck = 2
)

// story is how an original changes, and what of it is asked for.
type story struct {
	name     string
	options  string
	requests int                           // steps of the request for it
	change   func(*scene, *actor) []string // the purge's first steps; returns the events
	changes  int                           // how many those are; with the first, what was fetched is old
	sweeps   int                           // how often is swept and invalidated, two steps
	busy     int                           // how many invalidations CloudFront refuses
}

var stories = []story{
	{"overwritten", "fm=png,w=4", 4, overwritten, 1, 2, 0},
	{"overwritten, asked for as it is", "original", 2, overwritten, 1, 2, 0},
	{"overwritten while CloudFront is busy", "fm=png,w=4", 4, overwritten, 1, 3, 1},
	{"deleted", "fm=png,w=4", 4, deleted, 1, 2, 0},
	{"deleted and uploaded again, told doubly and in the wrong order", "fm=png,w=4", 4, broughtBack, 2, 2, 0},
}

func overwritten(s *scene, a *actor) (events []string) {
	a.step(func() { events = []string{s.overwrite()} })
	return events
}

func deleted(s *scene, a *actor) (events []string) {
	a.step(func() { events = []string{s.remove()} })
	return events
}

func broughtBack(s *scene, a *actor) []string {
	var deleted, created string
	a.step(func() { deleted = s.remove() })
	a.step(func() { created = s.overwrite() })
	return []string{created, deleted, created}
}

// last is the purge's step that is its last sweep.
func (s story) last() int { return s.changes + 2*s.sweeps - 2 }

// stale reports whether the request fetches what is about to change.
func stale(order string) bool { return nth(order, 'R', fetch) < nth(order, 'P', 0) }

// tells reports whether time allows the order and, of a story that is told
// before without refusals, whether those matter in it.
func (s story) tells(order string) bool {
	if !stale(order) {
		return s.busy == 0
	}
	return nth(order, 'R', s.requests-1) < nth(order, 'P', s.last())
}

func TestRace(t *testing.T) {
	pool, err := worker.NewPool(worker.Config{Size: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	client := s3test.Client(t)
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			originals, variants := s3test.VersionedBucket(t), s3test.Bucket(t)
			late, unkept := 0, 0
			for n, order := range orders(story.requests, story.changes+2*story.sweeps) {
				if !story.tells(order) {
					continue
				}
				s := newScene(t, client, originals, variants, fmt.Sprintf("rose %d.png", n), story)
				s.request.play(s.perform(pool))
				s.purge.play(s.purging(story.change))
				if s.run(order, nth(order, 'P', story.last())) {
					late++
				}
				if where := s.outdated(); where != "" {
					t.Errorf("%s: the old bytes survive in %s", order, where)
				}
				if story.options != "original" && stale(order) && nth(order, 'P', 0) < nth(order, 'R', recheck) {
					unkept++
					if cache := s.answered.Header().Get("Cache-Control"); cache != "public, max-age=60" {
						t.Errorf("%s: an answer of the old bytes may be cached: %s", order, cache)
					}
				}
			}
			// Or the orders would prove nothing.
			if late == 0 || unkept == 0 && !strings.Contains(story.options, "original") {
				t.Errorf("in %d orders the second sweep was needed, in %d the recheck", late, unkept)
			}
		})
	}
}
