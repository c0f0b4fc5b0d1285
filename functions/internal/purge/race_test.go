package purge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/purge"
	"primrose/functions/internal/purgetest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/store"
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

// actor does its steps one by one, each when it is told to.
type actor struct {
	ready, done chan struct{} // ready is closed when no step is left
	next        chan struct{}
}

func newActor() *actor {
	return &actor{make(chan struct{}), make(chan struct{}), make(chan struct{})}
}

// play begins with the actor's part, which stops before its first step.
func (a *actor) play(part func(*actor)) {
	go func() {
		defer close(a.ready)
		part(a)
	}()
}

// step waits for its turn. It is called by the actor.
func (a *actor) step(do func()) {
	a.ready <- struct{}{}
	<-a.next
	do()
	a.done <- struct{}{}
}

// advance has the actor do its next step, if any.
func (a *actor) advance() {
	if _, ok := <-a.ready; ok {
		a.next <- struct{}{}
		<-a.done
	}
}

// orders returns every way to do m steps of one actor and n of another, as
// texts of m times 'I' and n times 'P'.
func orders(m, n int) []string {
	if m == 0 || n == 0 {
		return []string{strings.Repeat("I", m) + strings.Repeat("P", n)}
	}
	var all []string
	for _, rest := range orders(m-1, n) {
		all = append(all, "I"+rest)
	}
	for _, rest := range orders(m, n-1) {
		all = append(all, "P"+rest)
	}
	return all
}

// The image function's steps.
const (
	fetch = iota
	put
	recheck
	arrive // of the answer at the edge
	imageSteps
)

// nth returns where in the order the actor does its step n.
func nth(order string, actor byte, n int) int {
	for i := range len(order) {
		if order[i] == actor {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(order)
}

// edge is one of CloudFront's caches: answers by path, forgotten by tag. It
// fetches a variant from the bucket whenever it has none.
type edge struct {
	delay    int // how many steps a fetch takes
	waits    int // how many more the one under way takes
	cached   map[string]answer
	underway map[string]answer
}

type answer struct {
	tag, cache string
	body       []byte
}

func (e *edge) arrive(path string, a answer) {
	if strings.Contains(a.cache, "max-age=") {
		e.cached[path] = a
	}
}

// pass is the time of a step.
func (e *edge) pass() {
	if e.waits--; e.waits <= 0 {
		e.settle()
	}
}

// settle is when all has arrived that was fetched.
func (e *edge) settle() {
	for path, a := range e.underway {
		e.arrive(path, a)
	}
	clear(e.underway)
}

func (e *edge) invalidate(tags []string) {
	for path, a := range e.cached {
		if slices.Contains(tags, a.tag) {
			delete(e.cached, path)
		}
	}
}

// scene is one original with its actors.
type scene struct {
	t                   *testing.T
	client              *s3.Client
	originals, variants *store.S3
	bucket, key, path   string
	edges               []*edge
	postponed           []string
	swept               int  // by the last sweep
	second              bool // sweep is under way
	busy                int  // how many invalidations the edge refuses yet
	answered            *httptest.ResponseRecorder
	image, purge        *actor
}

// What an original shows.
var (
	before = picture(color.RGBA{R: 255, A: 255})
	after  = picture(color.RGBA{B: 255, A: 255})
)

func picture(c color.Color) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// old tells a variant of the old bytes.
func old(t *testing.T, body []byte) bool {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("no PNG: %v", err)
	}
	r, _, b, _ := m.At(1, 1).RGBA()
	return r > b
}

func (s *scene) overwrite() string {
	out, err := s.client.PutObject(s.t.Context(), &s3.PutObjectInput{Bucket: &s.bucket, Key: &s.key, Body: bytes.NewReader(after)})
	if err != nil {
		s.t.Error(err)
		return ""
	}
	return purgetest.Event(purgetest.Created, s.bucket, s.key, *out.VersionId)
}

func (s *scene) remove() string {
	out, err := s.client.DeleteObject(s.t.Context(), &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &s.key})
	if err != nil {
		s.t.Error(err)
		return ""
	}
	return purgetest.Event(purgetest.Deleted, s.bucket, s.key, *out.VersionId)
}

// The image function's stores, and the purge's bucket, edge and queue, each
// waiting for its turn.
type (
	gatedOriginals struct{ *scene }
	gatedVariants  struct{ *scene }
	gatedSweep     struct{ *scene }
	gatedEdge      struct{ *scene }
	gatedQueue     struct{ *scene }
)

func (g gatedOriginals) Get(ctx context.Context, key string) (o *store.Object, err error) {
	g.image.step(func() { o, err = g.originals.Get(ctx, key) })
	return o, err
}

func (g gatedOriginals) ETag(ctx context.Context, key string) (tag string, err error) {
	g.image.step(func() { tag, err = g.originals.ETag(ctx, key) })
	return tag, err
}

func (g gatedVariants) Put(ctx context.Context, key string, meta store.Meta, body []byte) (err error) {
	g.image.step(func() { err = g.variants.Put(ctx, key, meta, body) })
	return err
}

func (g gatedSweep) Sweep(ctx context.Context, prefix string) (n int, err error) {
	g.purge.step(func() {
		if object, _ := g.stored(); g.second && object == nil {
			g.settle() // what was fetched went with an earlier sweep, long ago
		}
		n, err = g.variants.Sweep(ctx, prefix)
	})
	g.swept = n
	return n, err
}

func (g gatedEdge) Invalidate(_ context.Context, _ string, tags []string) (err error) {
	g.purge.step(func() {
		if g.busy > 0 {
			g.busy--
			err = errors.New("TooManyInvalidationsInProgress")
			return
		}
		if g.second && g.swept > 0 {
			g.settle()
		}
		for _, e := range g.edges {
			e.invalidate(tags)
		}
	})
	return err
}

func (g gatedQueue) Postpone(_ context.Context, bodies []string) error {
	g.postponed = append(g.postponed, bodies...)
	return nil
}

// perform is the image function's part: a request of CloudFront's.
func (s *scene) perform(pool delivery.Worker) func(*actor) {
	return func(a *actor) {
		handler := delivery.New(delivery.Config{
			Originals: gatedOriginals{s}, Variants: gatedVariants{s}, Worker: pool,
			Limits: engine.DefaultLimits, Log: slog.New(slog.DiscardHandler),
		})
		s.answered = httptest.NewRecorder()
		handler.ServeHTTP(s.answered, httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, s.path, nil))
		if s.answered.Code != http.StatusOK {
			return // of a problem nothing is kept for more than 5 s
		}
		a.step(func() {
			for _, e := range s.edges {
				h := s.answered.Header()
				e.arrive(s.path, answer{h.Get("X-Amz-Meta-Cache-Tag"), h.Get("Cache-Control"), s.answered.Body.Bytes()})
			}
		})
	}
}

// purging is the part of whoever changes the original, and of the queue: it
// delivers the events until the purge takes them, then what was postponed.
func (s *scene) purging(change func(*scene, *actor) []string) func(*actor) {
	return func(a *actor) {
		purger := purge.New(purge.Config{
			Bucket: s.bucket, Originals: s.originals, Variants: gatedSweep{s}, Edge: gatedEdge{s}, Queue: gatedQueue{s},
			Log: slog.New(slog.DiscardHandler),
		})
		s.deliver(purger, change(s, a))
		s.second = true
		s.deliver(purger, s.postponed)
	}
}

func (s *scene) deliver(purger *purge.Purger, bodies []string) {
	var messages []purge.Message
	for i, body := range bodies {
		messages = append(messages, purge.Message{ID: fmt.Sprint(s.second, i), Body: body})
	}
	for failed := []string{""}; len(failed) > 0; {
		failed = purger.Purge(s.t.Context(), messages)
	}
}

// look has every edge ask the bucket for the variant, as a viewer's request
// makes it do, unless it has it or it is on its way.
func (s *scene) look() {
	var asking []*edge
	for _, e := range s.edges {
		e.pass()
		if _, ok := e.cached[s.path]; !ok && len(e.underway) == 0 {
			asking = append(asking, e)
		}
	}
	if len(asking) == 0 {
		return
	}
	object, body := s.stored()
	if object == nil {
		return
	}
	for _, e := range asking {
		e.underway[s.path] = answer{object.User[delivery.MetaCacheTag], object.CacheControl, body}
		if e.waits = e.delay; e.delay == 0 {
			e.settle()
		}
	}
}

// settle is when all edges have what they were fetching.
func (s *scene) settle() {
	for _, e := range s.edges {
		e.settle()
	}
}

func (s *scene) stored() (*store.Object, []byte) {
	object, err := s.variants.Get(s.t.Context(), s.key+"/-/fm=png,w=4")
	if errors.Is(err, store.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return object, body
}

// outdated says where something of the old bytes is.
func (s *scene) outdated() string {
	if object, body := s.stored(); object != nil && old(s.t, body) {
		return "the bucket"
	}
	for _, e := range s.edges {
		if a, ok := e.cached[s.path]; ok && old(s.t, a.body) {
			return fmt.Sprintf("the edge whose fetches take %d steps", e.delay)
		}
	}
	return ""
}

func TestRace(t *testing.T) {
	pool, err := worker.NewPool(worker.Config{Size: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	client := s3test.Client(t)
	originals, variants := s3test.VersionedBucket(t), s3test.Bucket(t)

	for _, story := range []struct {
		name string
		play func(*scene, *actor) []string // changes the original; returns its events
		busy int

		changes int // steps of play, the first of which makes what was read before old
		sweeps  int // both steps of each
		final   int // the step that is the last sweep
	}{
		{"overwritten", func(s *scene, a *actor) (events []string) {
			a.step(func() { events = []string{s.overwrite()} })
			return events
		}, 0, 1, 4, 3},
		{"deleted", func(s *scene, a *actor) (events []string) {
			a.step(func() { events = []string{s.remove()} })
			return events
		}, 0, 1, 4, 3},
		{"deleted and uploaded again, told doubly and in the wrong order", func(s *scene, a *actor) (events []string) {
			var deleted, created string
			a.step(func() { deleted = s.remove() })
			a.step(func() { created = s.overwrite() })
			return []string{created, deleted, created}
		}, 0, 2, 4, 4},
		{"overwritten while CloudFront is busy", func(s *scene, a *actor) (events []string) {
			a.step(func() { events = []string{s.overwrite()} })
			return events
		}, 1, 1, 6, 5},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			late, unkept := 0, 0
			for n, order := range orders(imageSteps, story.changes+story.sweeps) {
				readOld := nth(order, 'I', fetch) < nth(order, 'P', 0)
				switch {
				case readOld && nth(order, 'I', arrive) > nth(order, 'P', story.final):
					continue // the second sweep waits for it
				case !readOld && story.busy > 0:
					continue // as where it is not
				}
				s := &scene{
					t: t, client: client, originals: store.NewS3(client, originals), variants: store.NewS3(client, variants),
					bucket: originals, key: fmt.Sprintf("%s %d.png", strings.Fields(story.name)[0], n+story.changes*1000+story.busy*10000), busy: story.busy,
				}
				s.path = "/" + strings.ReplaceAll(s.key, " ", "%20") + "/-/fm=png,w=4"
				for _, delay := range []int{0, 1, len(order)} {
					s.edges = append(s.edges, &edge{delay, 0, map[string]answer{}, map[string]answer{}})
				}
				if err := s.originals.Put(t.Context(), s.key, store.Meta{}, before); err != nil {
					t.Fatal(err)
				}
				s.image, s.purge = newActor(), newActor()
				s.image.play(s.perform(pool))
				s.purge.play(s.purging(story.play))
				for at, actor := range []byte(order) {
					if at == nth(order, 'P', story.final) && s.outdated() != "" {
						late++
					}
					if actor == 'I' {
						s.image.advance()
					} else {
						s.purge.advance()
					}
					s.look()
				}
				for range s.image.ready {
					t.Fatalf("%s: the image function has further steps", order)
				}
				for range s.purge.ready {
					t.Fatalf("%s: the purge has further steps", order)
				}
				s.settle()
				if where := s.outdated(); where != "" {
					t.Errorf("%s: the old bytes survive in %s", order, where)
				}
				// Read before the change and checked after it.
				if readOld && nth(order, 'P', 0) < nth(order, 'I', recheck) {
					unkept++
					if cache := s.answered.Header().Get("Cache-Control"); cache != "public, max-age=60" {
						t.Errorf("%s: the answer may be cached: %s", order, cache)
					}
				}
			}
			// Or the orders would prove nothing.
			if late == 0 || unkept == 0 {
				t.Errorf("in %d orders the second sweep was needed, in %d the recheck", late, unkept)
			}
			t.Logf("in %d orders the second sweep was needed, in %d the recheck", late, unkept)
		})
	}
}
