package distribution_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// An object is fetched once, ages, and is asked after when it is no longer fresh.
func TestCache(t *testing.T) {
	s := newScene(t)
	s.api.says(http.StatusOK, "Cache-Control: max-age=60", `Etag: "1"`, "X-Origin: first")
	for _, step := range []struct {
		after     time.Duration
		want, age string
		asked     int
	}{
		{0, "200 Miss", "", 1},
		{0, "200 Hit", "0", 0},
		{59 * time.Second, "200 Hit", "59", 0},
		{2 * time.Second, "200 RefreshHit", "", 1},
		{10 * time.Second, "200 Hit", "10", 0},
	} {
		s.clock.Advance(step.after)
		got := s.ask("GET /a")
		s.want("after "+step.after.String(), step.want, got)
		if asked := len(s.api.asked()); got.Header.Get("Age") != step.age || got.body != "body" || asked != step.asked {
			t.Errorf("after %s: %q, aged %q, and the API was asked %d times; want %q and %d", step.after, got.body, got.Header.Get("Age"), asked, step.age, step.asked)
		}
	}
	s.clock.Advance(time.Hour)
	s.api.says(http.StatusOK, `Etag: "2"`, "Age: 5")
	s.want("another version", "200 Miss", s.ask("GET /a"))
	if asked := s.api.asked(); len(asked) != 1 || asked[0].Header.Get("If-None-Match") != `"1"` {
		t.Errorf("the origin was asked %d times, not whether it has another version", len(asked))
	}
	s.clock.Advance(2 * time.Second)
	got := s.ask("GET /a")
	s.want("the other version", "200 Hit", got)
	if age := got.Header.Get("Age"); age != "7" {
		t.Errorf("what was five seconds old is aged %s after two", age)
	}
}

// Whole objects serve HEAD, ranges and who has them already, and not the other way round.
func TestPartsAreServedFromTheWhole(t *testing.T) {
	s := newScene(t)
	s.api.says(http.StatusOK, "Cache-Control: max-age=60", `Etag: "1"`, "Content-Length: 4")
	s.want("HEAD", "200 Miss", s.ask("HEAD /a"))
	s.want("HEAD again", "200 Hit", s.ask("HEAD /a"))
	s.want("GET after HEAD", "200 Miss", s.ask("GET /a"))
	s.api.asked()
	for _, test := range []struct{ what, header, want, body, length, ranges string }{
		{"HEAD /a", "", "200 Hit", "", "4", ""},
		{"GET /a", "Range: bytes=1-2", "206 Hit", "od", "2", "bytes 1-2/4"},
		{"GET /a", "Range: bytes=9-", "416 Hit", "", "", "bytes */4"},
		{"GET /a", `If-None-Match: "1"`, "304 Hit", "", "", ""},
		{"GET /a", `If-None-Match: "2"`, "200 Hit", "body", "4", ""},
		{"GET /a", "Cache-Control: no-cache", "200 Hit", "body", "4", ""},
	} {
		got := s.ask(test.what, test.header)
		s.want(test.what+" "+test.header, test.want, got)
		if got.StatusCode != http.StatusRequestedRangeNotSatisfiable && (got.body != test.body || got.Header.Get("Content-Length") != test.length) ||
			got.Header.Get("Content-Range") != test.ranges {
			t.Errorf("%s %s: %q, %v", test.what, test.header, got.body, got.Header)
		}
	}
	if asked := s.api.asked(); len(asked) != 0 {
		t.Errorf("the origin was asked %d times for parts of what is in the cache", len(asked))
	}

	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("body"))
	})
	s.want("a range first", "206 Miss", s.ask("GET /b", "Range: bytes=0-1"))
	s.want("the same range", "206 Hit", s.ask("GET /b", "Range: bytes=0-1"))
	s.want("another range", "206 Miss", s.ask("GET /b", "Range: bytes=1-2"))
	s.want("the whole", "200 Miss", s.ask("GET /b"))
	s.api.says(http.StatusOK)
	s.want("a range of who knows none", "206 Miss", s.ask("GET /c", "Range: bytes=0-1"))
	s.want("the whole of it", "200 Hit", s.ask("GET /c"))
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // before its length is known
		io.WriteString(w, "body")
	})
	s.want("a range of what is chunked", "200 Miss", s.ask("GET /d", "Range: bytes=0-1"))
	s.want("a range of what was", "206 Hit", s.ask("GET /d", "Range: bytes=0-1"))
}

// What a HEAD or a range finds of a whole that is no longer fresh, all are served by.
func TestPartsRenewTheWhole(t *testing.T) {
	for _, test := range []struct{ what, header, want string }{
		{"HEAD /a", "", "200"},
		{"GET /a", "Range: bytes=1-2", "206"},
	} {
		for _, tag := range []string{`"1"`, `"2"`} {
			s := newScene(t)
			s.api.says(http.StatusOK, "Cache-Control: max-age=60", `Etag: "1"`)
			s.ask("GET /a")
			s.clock.Advance(time.Hour)
			s.api.says(http.StatusOK, "Cache-Control: max-age=60", "Etag: "+tag)
			result := map[string]string{`"1"`: " RefreshHit", `"2"`: " Miss"}[tag]
			s.api.asked()
			s.want(test.what, test.want+result, s.ask(test.what, test.header, `If-None-Match: "3"`, "If-Modified-Since: Fri, 01 May 2026 12:00:00 GMT"))
			asked := s.api.asked()[0]
			if h := asked.Header; asked.Method != "GET" || h.Get("If-None-Match") != `"1"` || h.Get("Range")+h.Get("If-Modified-Since") != "" {
				t.Errorf("the origin was asked by %s with %v", asked.Method, h)
			}
			s.want("the whole", "200 Hit", s.ask("GET /a"))
			s.want(test.what+" again", test.want+" Hit", s.ask(test.what, test.header))
		}
	}
	s := newScene(t)
	s.api.says(http.StatusNotFound)
	s.ask("GET /a")
	s.want("a HEAD of an error", "404 Error", s.ask("HEAD /a"))
	s.clock.Advance(time.Hour)
	s.api.says(http.StatusOK)
	s.want("a HEAD after it", "200 Miss", s.ask("HEAD /a"))
	s.want("a HEAD after that", "200 Hit", s.ask("HEAD /a"))
}

func TestErrorsAreKept(t *testing.T) {
	s := newScene(t)
	for _, step := range []struct {
		status int
		after  time.Duration
		want   string
	}{
		{404, 0, "404 Error"},
		{200, 4 * time.Second, "404 Error"},
		{200, 2 * time.Second, "200 Miss"},
	} {
		s.clock.Advance(step.after)
		s.api.says(step.status)
		s.want("an error", step.want, s.ask("GET /a"))
	}
	s.clock.Advance(25 * time.Hour)
	s.api.says(http.StatusBadGateway)
	s.want("what outlives an error", "200 Hit", s.ask("GET /a"))
	s.want("what outlives it in peace", "200 Hit", s.ask("GET /a"))
	s.api.says(http.StatusNotFound)
	s.want("while it does", "200 Hit", s.ask("GET /a"))
	s.clock.Advance(11 * time.Second)
	s.want("what is no more", "404 Error", s.ask("GET /a"))
	s.api.says(http.StatusTooManyRequests, "Cache-Control: max-age=60")
	s.ask("GET /b")
	s.api.says(http.StatusOK)
	s.want("what is never kept", "200 Miss", s.ask("GET /b"))
}

// What its origin says of an object decides whether it outlives the origin's errors, though not for longer
// than the policy's most.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func TestOutliving(t *testing.T) {
	for _, test := range []struct {
		control string
		after   time.Duration
		want    string
	}{
		{"max-age=60", time.Hour, "200 Hit"},
		{"max-age=60", 366 * 24 * time.Hour, "502 Error"},
		{"max-age=60, must-revalidate", time.Hour, "502 Error"},
		{"max-age=60, proxy-revalidate", time.Hour, "502 Error"},
		{"max-age=60, stale-if-error=0", time.Hour, "502 Error"},
		{"max-age=60, stale-if-error=7200", time.Hour, "200 Hit"},
	} {
		s := newScene(t)
		s.api.says(http.StatusOK, "Cache-Control: "+test.control)
		s.ask("GET /a")
		s.clock.Advance(test.after)
		s.api.says(http.StatusBadGateway)
		s.want(test.control+" after "+test.after.String(), test.want, s.ask("GET /a"))
	}
}

// Nothing is kept of an answer whose viewer has gone, not even that there was none.
func TestViewerGoes(t *testing.T) {
	s := newScene(t)
	ctx, goes := context.WithCancel(t.Context())
	gone := make(chan struct{})
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		goes()
		<-r.Context().Done() // the edge has gone, too
		close(gone)
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+s.Domain+"/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client().Do(r); err == nil {
		t.Error("a viewer who went got an answer")
	}
	<-gone
	s.api.says(http.StatusOK)
	s.want("the next viewer", "200 Miss", s.ask("GET /a"))
}

// What may be stale is served at once, and renewed meanwhile.
func TestStaleWhileRevalidate(t *testing.T) {
	s := newScene(t)
	s.api.says(http.StatusOK, "Cache-Control: max-age=10, stale-while-revalidate=60")
	s.ask("GET /a")
	s.clock.Advance(20 * time.Second)
	renewed := make(chan struct{})
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		<-renewed
		io.WriteString(w, "newer")
	})
	if got := s.ask("GET /a"); got.String() != "200 Hit" || got.body != "body" {
		t.Errorf("what may be stale: %s %q", got, got.body)
	}
	close(renewed)
	for got := s.ask("GET /a"); got.body != "newer"; got = s.ask("GET /a") {
		s.want("until it is renewed", "200 Hit", got)
	}
}

// Those who want the same at once ask the origin once.
func TestRequestsCollapse(t *testing.T) {
	s := newScene(t)
	arrived, leave := make(chan struct{}), make(chan struct{})
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-leave
		io.WriteString(w, "body")
	})
	results := make(chan string)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { results <- s.ask("GET /a").String() })
	}
	<-arrived
	close(leave)
	go func() { all.Wait(); close(results) }()
	count := map[string]int{}
	for result := range results {
		count[result]++
	}
	if !maps.Equal(count, map[string]int{"200 Miss": 1, "200 Hit": 19}) || len(s.api.asked()) != 1 {
		t.Errorf("twenty at once: %v", count)
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
func TestNothingIsKeptForNoTime(t *testing.T) {
	s := newScene(t, `"DefaultTTL": 86400`, `"DefaultTTL": 0`, `"MaxTTL": 31536000`, `"MaxTTL": 0`)
	for range 2 {
		s.want("an object", "200 Miss", s.ask("GET /a"))
	}
	s.api.says(http.StatusNotFound)
	for range 2 {
		s.want("an error", "404 Error", s.ask("GET /b"))
	}
	if asked := len(s.api.asked()); asked != 4 {
		t.Errorf("the origin was asked %d times for two objects, twice each", asked)
	}
}

// What nobody but one may have is fetched for each of those who wait.
func TestPrivateAnswersDoNotCollapse(t *testing.T) {
	s := newScene(t)
	arrived, leave := make(chan struct{}, 20), make(chan struct{})
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-leave
		w.Header().Set("Cache-Control", "no-store")
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { s.want("a private answer", "200 Miss", s.ask("GET /a")) })
	}
	<-arrived
	close(leave)
	all.Wait()
	if asked := len(s.api.asked()); asked != 20 {
		t.Errorf("twenty viewers asked the origin %d times", asked)
	}
}
