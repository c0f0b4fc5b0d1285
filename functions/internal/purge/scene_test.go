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
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/purge"
	"primrose/functions/internal/purgetest"
	"primrose/functions/internal/store"
)

// scene is one original with its actors, and those who look.
type scene struct {
	t                   *testing.T
	client              *s3.Client
	originals, variants *store.S3
	bucket, key         string
	name, path          string // of the variant: in its bucket, and as a URL
	edges               []*edge
	postponed           []string
	swept               int  // by the last sweep
	second              bool // sweep is under way
	busy                int  // how many invalidations the edge refuses yet
	answered            *httptest.ResponseRecorder
	seen                *content // of the variant's key; nil if it has to be looked at
	request, purge      *actor
}

func newScene(t *testing.T, client *s3.Client, originals, variants, key string, story story) *scene {
	t.Helper()
	s := &scene{
		t: t, client: client, originals: store.NewS3(client, originals), variants: store.NewS3(client, variants),
		bucket: originals, key: key, name: key + "/-/" + story.options, path: "/" + url.PathEscape(key) + "/-/" + story.options,
		busy: story.busy, request: newActor(), purge: newActor(),
	}
	for _, delay := range []int{0, 1, 100} {
		s.edges = append(s.edges, &edge{delay, 0, map[string]answer{}, map[string]answer{}})
	}
	if err := s.originals.Put(t.Context(), key, store.Meta{}, before); err != nil {
		t.Fatal(err)
	}
	return s
}

// run has the actors do their steps in the order. It reports whether anything
// old was left at the step that is the last sweep.
func (s *scene) run(order string, last int) (late bool) {
	for at, actor := range []byte(order) {
		if at == last {
			late = s.outdated() != ""
		}
		if actor == 'R' {
			s.request.advance()
		} else {
			s.purge.advance()
		}
		s.look()
	}
	s.settle()
	for range s.request.ready {
		s.t.Fatalf("%s: the request has further steps", order)
	}
	for range s.purge.ready {
		s.t.Fatalf("%s: the purge has further steps", order)
	}
	return late
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
	g.request.step(func() { o, err = g.originals.Get(ctx, key) })
	return o, err
}

func (g gatedOriginals) ETag(ctx context.Context, key string) (tag string, err error) {
	g.request.step(func() { tag, err = g.originals.ETag(ctx, key) })
	return tag, err
}

func (g gatedVariants) Put(ctx context.Context, key string, meta store.Meta, body []byte) (err error) {
	g.request.step(func() {
		err = g.variants.Put(ctx, key, meta, body)
		g.seen = nil
	})
	return err
}

func (g gatedSweep) Sweep(ctx context.Context, prefix string, leads func(string) (string, bool)) (n int, err error) {
	g.purge.step(func() {
		if g.second && g.stored().object == nil {
			g.settle() // what was fetched went with an earlier sweep, long ago
		}
		n, err = g.variants.Sweep(ctx, prefix, leads)
		g.seen = nil
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
	found := s.stored()
	if found.object == nil {
		return
	}
	for _, e := range asking {
		e.underway[s.path] = answer{found.object.User[delivery.MetaCacheTag], found.object.CacheControl, found.body}
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

// content is what a key holds; no object if nothing.
type content struct {
	object *store.Object
	body   []byte
}

// stored looks into the bucket, once after each change of it.
func (s *scene) stored() content {
	if s.seen == nil {
		s.seen = s.read()
	}
	return *s.seen
}

func (s *scene) read() *content {
	object, err := s.variants.Get(s.t.Context(), s.name)
	if errors.Is(err, store.ErrNotExist) {
		return &content{}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return &content{object, body}
}

// outdated says where something of the old bytes is.
func (s *scene) outdated() string {
	if found := s.stored(); found.object != nil && old(s.t, found.body) {
		return "the bucket"
	}
	for _, e := range s.edges {
		if a, ok := e.cached[s.path]; ok && old(s.t, a.body) {
			return fmt.Sprintf("the edge whose fetches take %d steps", e.delay)
		}
	}
	return ""
}
