package purge_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"primrose/functions/internal/options"
	"primrose/functions/internal/purge"
	"primrose/functions/internal/purgetest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// place is a purger with real buckets, and real clients of what stands for
// CloudFront and SQS.
type place struct {
	*purge.Purger
	aws                 *purgetest.Server
	client              *s3.Client
	originals, variants string
	log                 *bytes.Buffer
}

func open(t *testing.T, change func(*purge.Config)) *place {
	t.Helper()
	s3test.Setenv(t)
	p := &place{
		aws: purgetest.Start(t), client: s3test.Client(t),
		originals: s3test.VersionedBucket(t), variants: s3test.Bucket(t), log: new(bytes.Buffer),
	}
	p.aws.Setenv(t)
	conf, err := config.LoadDefaultConfig(t.Context(), config.WithRetryMaxAttempts(1))
	if err != nil {
		t.Fatal(err)
	}
	c := purge.Config{
		Bucket:    p.originals,
		Originals: store.NewS3(p.client, p.originals),
		Variants:  store.NewS3(p.client, p.variants),
		Edge:      purge.CloudFront{Client: cloudfront.NewFromConfig(conf), Distribution: purgetest.Distribution},
		Queue:     purge.SQS{Client: sqs.NewFromConfig(conf), URL: purgetest.Queue, Settle: 40 * time.Second},
		Log:       slog.New(slog.NewJSONHandler(p.log, nil)),
		Service:   "primrose-test",
	}
	if change != nil {
		change(&c)
	}
	p.Purger = purge.New(c)
	return p
}

// upload stores an original and returns its version.
func (p *place) upload(t *testing.T, key string) string {
	t.Helper()
	out, err := p.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &p.originals, Key: &key, Body: strings.NewReader("x")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.VersionId
}

// event tells the purger of a change.
func (p *place) event(happened, key, version string) string {
	return purgetest.Event(happened, p.originals, key, version)
}

// make stores n variants of each key.
func (p *place) make(t *testing.T, n int, keys ...string) {
	t.Helper()
	for _, key := range keys {
		for i := range n {
			name := fmt.Sprintf("%s/-/w=%d", key, i+1)
			if _, err := p.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &p.variants, Key: &name}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// left returns how many variants of the key are stored.
func (p *place) left(t *testing.T, key string) int {
	t.Helper()
	out, err := p.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &p.variants, Prefix: new(key + "/-/")})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Contents)
}

// deliver has the purger do a batch, whose messages are called m0, m1….
func (p *place) deliver(t *testing.T, bodies ...string) (failed []string) {
	t.Helper()
	messages := make([]purge.Message, len(bodies))
	for i, body := range bodies {
		messages[i] = purge.Message{ID: fmt.Sprintf("m%d", i), Body: body}
	}
	return p.Purge(t.Context(), messages)
}

func tag(key string) string { return "#" + variant.Tag(key) }

// asked checks what CloudFront and SQS were asked for since the last time: one
// invalidation of the keys, and messages for the second sweeps.
func (p *place) asked(t *testing.T, invalidated, postponed []string) {
	t.Helper()
	invalidations, messages := p.aws.Take()
	var want [][]string
	if len(invalidated) > 0 {
		var tags []string
		for _, key := range invalidated {
			tags = append(tags, tag(key))
		}
		slices.Sort(tags)
		want = [][]string{tags}
	}
	if !slices.EqualFunc(invalidations, want, slices.Equal) {
		t.Errorf("invalidated %q, want %q", invalidations, want)
	}
	var bodies []string
	for _, m := range messages {
		bodies = append(bodies, m.Body)
		if m.Delay != 40 {
			t.Errorf("%s comes after %d s, want 40", m.Body, m.Delay)
		}
	}
	var wantBodies []string
	for _, key := range postponed {
		wantBodies = append(wantBodies, fmt.Sprintf(`{"sweep":%q}`, key))
	}
	slices.Sort(bodies)
	slices.Sort(wantBodies)
	if !slices.Equal(bodies, wantBodies) {
		t.Errorf("postponed %q, want %q", bodies, wantBodies)
	}
}

// TestTwoSweeps takes a replaced original through its purge.
func TestTwoSweeps(t *testing.T) {
	p := open(t, nil)
	p.upload(t, "rose.jpg")
	version := p.upload(t, "rose.jpg")
	p.make(t, 3, "rose.jpg", "rose.jpg2")
	if failed := p.deliver(t, p.event(purgetest.Created, "rose.jpg", version)); len(failed) > 0 {
		t.Errorf("failed: %q\n%s", failed, p.log)
	}
	if n := p.left(t, "rose.jpg"); n > 0 {
		t.Errorf("%d variants are left", n)
	}
	p.asked(t, []string{"rose.jpg"}, []string{"rose.jpg"})

	p.make(t, 1, "rose.jpg")
	failed := p.Purge(t.Context(), []purge.Message{{ID: "second", Body: `{"sweep":"rose.jpg"}`}})
	if len(failed) > 0 || p.left(t, "rose.jpg") > 0 {
		t.Errorf("failed: %q, %d left\n%s", failed, p.left(t, "rose.jpg"), p.log)
	}
	p.asked(t, []string{"rose.jpg"}, nil)
	if p.left(t, "rose.jpg2") != 3 {
		t.Error("another original's variants are gone")
	}
	for _, want := range []string{`"PurgedVariants":3`, `"PurgedVariants":1`, `"Invalidations":1`, `"Service":"primrose-test"`} {
		if !strings.Contains(p.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, p.log)
		}
	}
}

// TestWhatIsNew: uploads of new originals, which are most events, cost nothing.
func TestWhatIsNew(t *testing.T) {
	p := open(t, nil)
	fresh, spaced := p.upload(t, "new.jpg"), p.upload(t, "a b.jpg")
	p.make(t, 1, "new.jpg", "a b.jpg") // viewers were quick
	events := []string{
		p.event(purgetest.Created, "new.jpg", fresh),
		p.event(purgetest.Created, "new.jpg", fresh), // doubled
		p.event(purgetest.Created, "a b.jpg", spaced),
		p.event(purgetest.Created, "a+b.jpg", spaced), // were it encoded
		p.event(purgetest.Created, "folder/", "v1"),   // no URL names it
		p.event(purgetest.Expired, "new.jpg", "v0"),
	}
	if failed := p.deliver(t, events...); len(failed) > 0 || p.left(t, "new.jpg") != 1 || p.left(t, "a b.jpg") != 1 {
		t.Errorf("failed: %q; %d and %d left\n%s", failed, p.left(t, "new.jpg"), p.left(t, "a b.jpg"), p.log)
	}
	p.asked(t, nil, nil)

	// The next upload makes even the first one's event, come late, a change.
	p.upload(t, "new.jpg")
	p.deliver(t, events[0])
	p.asked(t, []string{"new.jpg"}, []string{"new.jpg"})

	// Of an event that is told again after days, the version before may be gone.
	p.deliver(t, regexp.MustCompile(`"time":"[^"]*"`).ReplaceAllString(events[2], `"time":"2026-01-01T00:00:00Z"`))
	p.asked(t, []string{"a b.jpg"}, []string{"a b.jpg"})

	// Where versions are not kept, or are not told, nothing is known to be new.
	p.deliver(t, p.event(purgetest.Created, "a b.jpg", ""), p.event(purgetest.Created, "c.jpg", "null"))
	p.asked(t, []string{"a b.jpg", "c.jpg"}, []string{"a b.jpg", "c.jpg"})
}

// TestBatch: what belongs together is done once, and what fails fails alone.
func TestBatch(t *testing.T) {
	p := open(t, nil)
	p.make(t, 2, "a.jpg", "b.jpg", "x y.jpg", "x+y.jpg")
	failed := p.deliver(t,
		p.event(purgetest.Deleted, "a.jpg", "v1"),
		"no event",
		p.event(purgetest.Created, "a.jpg", "v2"), // the same key, in the wrong order
		`{"sweep":"b.jpg"}`,
		purgetest.Event(purgetest.Deleted, "another-bucket", "b.jpg", "v1"),
		p.event(purgetest.Deleted, "x+y.jpg", "v1"),
		`{"sweep":"a.jpg"}`, // of the change before
	)
	if !slices.Equal(failed, []string{"m1", "m4"}) {
		t.Errorf("failed: %q\n%s", failed, p.log)
	}
	p.asked(t, []string{"a.jpg", "b.jpg", "x+y.jpg", "x y.jpg"}, []string{"a.jpg", "x+y.jpg", "x y.jpg"})
	for _, key := range []string{"a.jpg", "b.jpg", "x y.jpg", "x+y.jpg"} {
		if n := p.left(t, key); n > 0 {
			t.Errorf("%d variants of %s are left", n, key)
		}
	}
}

// TestLargeBatch: more keys than SQS takes in one request, one invalidation.
func TestLargeBatch(t *testing.T) {
	p := open(t, nil)
	var bodies, keys []string
	for i := range 25 {
		keys = append(keys, fmt.Sprintf("%d.jpg", i))
		bodies = append(bodies, p.event(purgetest.Deleted, keys[i], "v1"))
	}
	if failed := p.deliver(t, bodies...); len(failed) > 0 {
		t.Errorf("failed: %q\n%s", failed, p.log)
	}
	p.asked(t, keys, keys)
}

// TestTriedAgain: what CloudFront or SQS refuses comes back, and is then done
// whole; what they have taken is not asked for, nor paid for, twice.
func TestTriedAgain(t *testing.T) {
	p := open(t, nil)
	a, b := p.event(purgetest.Deleted, "a.jpg", "v1"), `{"sweep":"b.jpg"}`
	p.aws.Busy(true)
	if failed := p.deliver(t, a, b); !slices.Equal(failed, []string{"m0", "m1"}) {
		t.Errorf("CloudFront is busy: failed %q", failed)
	}
	p.asked(t, nil, nil)
	if !strings.Contains(p.log.String(), "TooManyInvalidationsInProgress") {
		t.Errorf("the log doesn't say why: %s", p.log)
	}
	p.aws.Busy(false)
	p.aws.Refuse(1)
	if failed := p.deliver(t, a, b); !slices.Equal(failed, []string{"m0"}) {
		t.Errorf("SQS refuses: failed %q", failed)
	}
	p.asked(t, []string{"a.jpg", "b.jpg"}, nil)
	if failed := p.deliver(t, a); len(failed) > 0 {
		t.Errorf("failed: %q", failed)
	}
	p.asked(t, []string{"a.jpg"}, []string{"a.jpg"})
	if failed := p.deliver(t, a); len(failed) > 0 { // its receipt was lost
		t.Errorf("failed: %q", failed)
	}
	p.asked(t, nil, []string{"a.jpg"})
}

// TestWithoutEdge only deletes.
func TestWithoutEdge(t *testing.T) {
	p := open(t, func(c *purge.Config) { c.Edge = nil })
	p.make(t, 1, "a.jpg")
	if failed := p.deliver(t, p.event(purgetest.Deleted, "a.jpg", "v1")); len(failed) > 0 || p.left(t, "a.jpg") > 0 {
		t.Errorf("failed: %q, %d left", failed, p.left(t, "a.jpg"))
	}
	p.asked(t, nil, []string{"a.jpg"})
}

// TestBucketsFail: what cannot be looked at is not taken for new, nor what
// cannot be swept for swept.
func TestBucketsFail(t *testing.T) {
	gone := func(t *testing.T) *store.S3 { return store.NewS3(s3test.Client(t), "no-such-bucket") }
	for name, change := range map[string]func(*purge.Config){
		"originals": func(c *purge.Config) { c.Originals = gone(t) },
		"variants":  func(c *purge.Config) { c.Variants = gone(t) },
	} {
		p := open(t, change)
		p.upload(t, "a.jpg")
		if failed := p.deliver(t, p.event(purgetest.Created, "a.jpg", p.upload(t, "a.jpg"))); len(failed) != 1 {
			t.Errorf("without %s: failed %q", name, failed)
		}
		if log := p.log.String(); !strings.Contains(log, "purge is tried again") || !strings.Contains(log, "NoSuchBucket") {
			t.Errorf("without %s the log doesn't say why: %s", name, log)
		}
		p.asked(t, nil, nil)
	}
}

// endless is a bucket in which the sweep of one prefix never ends by itself.
type endless struct {
	purge.Variants
	prefix string
}

func (e endless) Sweep(ctx context.Context, prefix string, leads func(string) (string, bool)) (int, error) {
	if prefix != e.prefix {
		return e.Variants.Sweep(ctx, prefix, leads)
	}
	<-ctx.Done()
	return 1000, ctx.Err()
}

// TestTimeIsUp: a sweep that the function's time is too short for goes on with
// the next delivery, while the batch's others are done.
func TestTimeIsUp(t *testing.T) {
	p := open(t, func(c *purge.Config) { c.Variants = endless{c.Variants, "huge.jpg/-/"} })
	p.make(t, 1, "a.jpg")
	ctx, cancel := context.WithTimeout(t.Context(), 17*time.Second+200*time.Millisecond) // those 17 s are kept
	defer cancel()
	failed := p.Purge(ctx, []purge.Message{
		{ID: "huge", Body: p.event(purgetest.Deleted, "huge.jpg", "v1")},
		{ID: "small", Body: p.event(purgetest.Deleted, "a.jpg", "v1")},
	})
	if !slices.Equal(failed, []string{"huge"}) || !strings.Contains(p.log.String(), `"PurgedVariants":1000`) || p.left(t, "a.jpg") > 0 {
		t.Errorf("failed: %q, %d left\n%s", failed, p.left(t, "a.jpg"), p.log)
	}
	p.asked(t, []string{"a.jpg"}, []string{"a.jpg"})
}

// TestReportsInTime: even if nothing answers, the function says so before
// Lambda stops it.
func TestReportsInTime(t *testing.T) {
	p := open(t, func(c *purge.Config) { c.Edge = silent{} })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second+200*time.Millisecond)
	defer cancel()
	failed := p.Purge(ctx, []purge.Message{{ID: "m", Body: `{"sweep":"a.jpg"}`}})
	if !slices.Equal(failed, []string{"m"}) || ctx.Err() != nil {
		t.Errorf("failed: %q, and the time is up: %v", failed, ctx.Err())
	}
}

// silent never answers.
type silent struct{}

func (silent) Invalidate(ctx context.Context, _ string, _ []string) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestLayer replaces an original that lies upon others: their variants go, and no
// others of theirs.
func TestLayer(t *testing.T) {
	p := open(t, nil)
	p.upload(t, "logo.png")
	version := p.upload(t, "logo.png")
	o, err := options.FromQuery("w=20&mark=logo.png", "")
	if err != nil {
		t.Fatal(err)
	}
	var marked []string
	for _, key := range []string{"rose.jpg", "lily.jpg"} {
		v, err := variant.New(key, o)
		if err != nil {
			t.Fatal(err)
		}
		notes, _ := v.Notes()
		for _, name := range append(notes, v.StoreKey()) {
			if _, err := p.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &p.variants, Key: &name}); err != nil {
				t.Fatal(err)
			}
		}
		marked = append(marked, key)
	}
	p.make(t, 2, append(marked, "logo.png")...)
	if failed := p.deliver(t, p.event(purgetest.Created, "logo.png", version)); len(failed) > 0 {
		t.Errorf("failed: %q\n%s", failed, p.log)
	}
	for key, want := range map[string]int{"logo.png": 0, "rose.jpg": 2, "lily.jpg": 2} {
		if n := p.left(t, key); n != want {
			t.Errorf("%d variants of %s are left, want %d", n, key, want)
		}
	}
	p.asked(t, []string{"logo.png"}, []string{"logo.png"})
}
