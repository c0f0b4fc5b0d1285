package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"primrose/functions/internal/s3test"
)

// neighbours lie as near to the variants of "a+b.jpg" as keys can.
var neighbours = []string{
	"a+b.jpg/-.png", "a+b.jpg/--/w=1", "a+b.jpg/-0", "a+b.jpg/0/-/w=1", "a+b.jpg.bak", "a+b.jpg2/-/w=1", "a b.jpg/-/w=1", "A+b.jpg/-/w=1",
}

func TestSweep(t *testing.T) {
	s := bucket(t)
	fill(t, s, neighbours...)
	for _, test := range []struct{ page, size int }{{10, 0}, {10, 1}, {10, 10}, {10, 11}, {10, 95}, {1000, 1001}} {
		fill(t, s, variants("a+b.jpg/-/", test.size)...)
		s := paged(s, test.page)
		n, err := s.Sweep(t.Context(), "a+b.jpg/-/", nowhere)
		if n != test.size || err != nil {
			t.Errorf("of %d variants, %d a page, %d are deleted, %v", test.size, test.page, n, err)
		}
		if again, err := s.Sweep(t.Context(), "a+b.jpg/-/", nowhere); again != 0 || err != nil {
			t.Errorf("after a sweep of %d, %d a page: another finds %d, %v", test.size, test.page, again, err)
		}
	}
	for _, key := range neighbours {
		if _, err := s.ETag(t.Context(), key); err != nil {
			t.Errorf("the neighbour %q: %v", key, err)
		}
	}
}

// paged has S3 list so many keys a page; by itself it lists 1,000.
func paged(s *S3, keys int) *S3 {
	list := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if list, ok := in.Parameters.(*s3.ListObjectsV2Input); ok {
			list.MaxKeys = new(int32(keys))
		}
		return next.HandleInitialize(ctx, in)
	}
	return NewS3(s3.New(s.client.Options(), s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("page", list), middleware.After)
	})), s.bucket)
}

// TestSweepGoesOn interrupts a sweep between its two pages, as the end of the
// function's time does.
func TestSweepGoesOn(t *testing.T) {
	s := paged(bucket(t), 10)
	const size = 11
	fill(t, s, variants("rose.jpg/-/", size)...)
	ctx, cancel := context.WithCancel(t.Context())
	interrupted := NewS3(s3.New(s.client.Options(), func(o *s3.Options) {
		o.HTTPClient = &ending{client: o.HTTPClient, end: cancel}
	}), s.bucket)
	first, err := interrupted.Sweep(ctx, "rose.jpg/-/", nowhere)
	if !errors.Is(err, context.Canceled) || first == 0 || first == size {
		t.Fatalf("%d of %d are deleted, %v", first, size, err)
	}
	if second, err := s.Sweep(t.Context(), "rose.jpg/-/", nowhere); second != size-first || err != nil {
		t.Errorf("%d, then %d of %d are deleted, %v", first, second, size, err)
	}
}

// ending ends the time when one page is deleted and another is to be.
type ending struct {
	client s3.HTTPClient
	end    func()
	mu     sync.Mutex
	pages  int
}

func (e *ending) Do(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost {
		return e.client.Do(r)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pages++; e.pages > 1 {
		e.end()
	}
	response, err := e.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body) // the end must not come between
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, err
}

// TestSweepTellsWhatStays: S3 says 200 even of a page of which it deletes a
// part. It also spells keys as it was asked to, which the tests' server does
// not.
func TestSweepTellsWhatStays(t *testing.T) {
	s := canned(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `<ListBucketResult><EncodingType>url</EncodingType><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>`+
				`<Contents><Key>rose+1.jpg/-/w%3D1</Key></Contents><Contents><Key>rose+1.jpg/-/w%3D2</Key></Contents></ListBucketResult>`)
			return
		}
		if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), "<Key>rose 1.jpg/-/w=1</Key>") {
			t.Errorf("asked to delete %s, %v", body, err)
		}
		fmt.Fprint(w, `<DeleteResult><Error><Key>rose 1.jpg/-/w=2</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`)
	})
	if n, err := s.Sweep(t.Context(), "rose 1.jpg/-/", nowhere); n != 1 || err == nil {
		t.Errorf("%d deleted, %v", n, err)
	}
}

func TestHasOnly(t *testing.T) {
	s := bucket(t)
	s.bucket = s3test.VersionedBucket(t)
	expect := func(when, key, version string, want bool) {
		t.Helper()
		if got, err := s.HasOnly(t.Context(), key, version); got != want || err != nil {
			t.Errorf("%s: HasOnly(%q, %q) = %v, %v", when, key, version, got, err)
		}
	}
	for _, key := range []string{"rose.jpg", "a b+c%20d.jpg", "장미/🌹.jpg"} {
		expect("before", key, "none", false)
		fill(t, s, key+".bak")
		first := s.version(t, key)
		expect("new", key, first, true)
		expect("new", key, "another", false)
		second := s.version(t, key)
		expect("replaced", key, first, false)
		expect("replaced", key, second, false)
		s.remove(t, key, second)
		expect("brought back", key, first, true)
		s.remove(t, key, "")
		expect("marked as deleted", key, first, false)
		third := s.version(t, key)
		expect("new over a mark", key, third, false)
	}
	s.bucket = s3test.Bucket(t)
	fill(t, s, "rose.jpg")
	expect("without versions", "rose.jpg", "another", false)
}

// version stores a new version of the key.
func (s *S3) version(t *testing.T, key string) string {
	t.Helper()
	out, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil || out.VersionId == nil {
		t.Fatal(out, err)
	}
	return *out.VersionId
}

// remove deletes a version of the key or, with none, marks it as deleted.
func (s *S3) remove(t *testing.T, key, version string) {
	t.Helper()
	if _, err := s.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, VersionId: optional(version)}); err != nil {
		t.Fatal(err)
	}
}

func variants(prefix string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprint(prefix, "w=", i+1)
	}
	return keys
}

// fill puts an object under each key.
func fill(t *testing.T, s *S3, keys ...string) {
	t.Helper()
	var filling sync.WaitGroup
	for part := range 8 {
		filling.Go(func() {
			for i := part; i < len(keys); i += 8 {
				if err := s.Put(t.Context(), keys[i], Meta{}, nil); err != nil {
					t.Errorf("%s: %v", keys[i], err)
					return
				}
			}
		})
	}
	filling.Wait()
}

// nowhere is where keys lead to of which none leads anywhere.
func nowhere(string) (string, bool) { return "", false }

// What keys lead to goes with them, wherever it lies, and nothing of it is left
// if it fails.
func TestSweepFollows(t *testing.T) {
	s := bucket(t)
	fill(t, s, "logo/-/w=1", "logo/-/to rose+1", "logo/-/to lily", "logo/-/to nothing", "rose+1", "rose+10", "lily", "lilies/-/w=1")
	follow := func(key string) (string, bool) { return strings.CutPrefix(key, "logo/-/to ") }
	if n, err := paged(s, 2).Sweep(t.Context(), "logo/-/", follow); n != 7 || err != nil {
		t.Errorf("%d are deleted, %v; want 4, and 3 that they lead to", n, err)
	}
	for key, want := range map[string]bool{"logo/-/to lily": false, "rose+1": false, "lily": false, "rose+10": true, "lilies/-/w=1": true} {
		if _, err := s.ETag(t.Context(), key); (err == nil) != want {
			t.Errorf("%q: %v, want it there: %t", key, err, want)
		}
	}
}
