package distribution_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"primrose/functions/internal/keys"
	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/twin/distribution"
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
	s.api.says(http.StatusOK, `Etag: "2"`)
	s.want("another version", "200 Miss", s.ask("GET /a"))
	if asked := s.api.asked(); len(asked) != 1 || asked[0].Header.Get("If-None-Match") != `"1"` {
		t.Errorf("the origin was asked %d times, not whether it has another version", len(asked))
	}
	s.want("the other version", "200 Hit", s.ask("GET /a"))
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
			s.want(test.what, test.want+result, s.ask(test.what, test.header))
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

// What is in the key tells objects apart and reaches the origin; what a request policy selects only
// reaches it; and nothing else does.
func TestKeyAndForwarding(t *testing.T) {
	none := newScene(t)
	const what = "GET /a?w=1&x=2&y=3"
	headers := []string{"Accept: image/avif", "Accept-Language: ko", "Cookie: a=1; b=2", "X-Variant: v", "X-Other: o", "Referer: https://r/",
		"Authorization: Bearer t", "User-Agent: curl", "X-Forwarded-For: 192.0.2.4", "Origin: https://page.example"}
	none.ask(what, headers...)
	got := none.api.asked()[0]
	if got.RequestURI != "/live/a" || got.Host != "api.example.com" {
		t.Errorf("asked for %s of %s", got.RequestURI, got.Host)
	}
	want := http.Header{"User-Agent": {"Amazon CloudFront"}, "X-Api-Key": {"secret"}, "X-Variant": {"v"},
		"X-Forwarded-For": {"192.0.2.4, 127.0.0.1"}, "Via": {"2.0 " + none.Domain + " (CloudFront)"}, "X-Amz-Cf-Id": got.Header["X-Amz-Cf-Id"]}
	if !maps.EqualFunc(got.Header, want, slices.Equal) {
		t.Errorf("the origin got %v\nwant %v", got.Header, want)
	}
	if bucket := none.bucket.asked()[0]; bucket.RequestURI != "/a" || bucket.Header.Get("Origin") != "https://any.invalid" || bucket.Header.Get("X-Api-Key") != "" {
		t.Errorf("the bucket got %s with %v", bucket.RequestURI, bucket.Header)
	}
	none.want("all that differs is not in the key", "200 Hit", none.ask("GET /a?w=2", "Accept: image/webp"))
	none.want("another path", "200 Miss", none.ask("GET /A"))

	some := newScene(t,
		`"EnableAcceptEncodingGzip": false,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"}`,
		`"EnableAcceptEncodingGzip": false,
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["accept"]},
            "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": ["w"]}`,
		`"CookiesConfig": {"CookieBehavior": "none"},
          "HeadersConfig"`, `"CookiesConfig": {"CookieBehavior": "allExcept", "Cookies": ["b"]},
          "HeadersConfig"`,
		`"QueryStringBehavior": "none"}
        }`, `"QueryStringBehavior": "whitelist", "QueryStrings": ["y"]}
        }`)
	some.ask(what, headers...)
	got = some.api.asked()[0]
	if got.RequestURI != "/live/a?w=1&y=3" || got.Header.Get("Accept") != "image/avif" || got.Header.Get("Cookie") != "a=1" {
		t.Errorf("the origin was asked for %s with %v", got.RequestURI, got.Header)
	}
	for _, test := range []struct{ what, header, want string }{
		{"GET /a?w=1", "Accept: image/avif", "200 Hit"},
		{"GET /a?w=1&y=9", "Accept: image/avif", "200 Hit"},
		{"GET /a?w=2", "Accept: image/avif", "200 Miss"},
		{"GET /a?w=1", "Accept: image/webp", "200 Miss"},
	} {
		some.want(test.what+" "+test.header, test.want, some.ask(test.what, test.header))
	}
}

func TestOriginAccess(t *testing.T) {
	s := newScene(t)
	s.ask("GET /a")
	if want := map[string]string{"bucket.example.com": s.ARN}; !maps.Equal(s.signed, want) {
		t.Errorf("signed are %v, want %v", s.signed, want)
	}
	s = newScene(t, `"SigningBehavior": "always"`, `"SigningBehavior": "never"`)
	s.ask("GET /a")
	if len(s.signed) > 0 {
		t.Errorf("signed are %v, want none", s.signed)
	}
}

// A group asks its second origin for those statuses that it was told of. That the first can't be reached
// counts as 503, and that it says nothing as 504.
func TestFailover(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	gone := func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }
	codes := `[403, 404], "Quantity": 2`
	for _, test := range []struct {
		name, codes string
		bucket      http.HandlerFunc
		host        string // in the bucket's place
		want        string
		asked       int // the API
	}{
		{name: "found", codes: codes, bucket: status(200), want: "200 Miss"},
		{name: "forbidden", codes: codes, bucket: status(403), want: "200 Miss", asked: 1},
		{name: "missing", codes: codes, bucket: status(404), want: "200 Miss", asked: 1},
		{name: "only 404 is missing", codes: `[404], "Quantity": 1`, bucket: status(403), want: "403 Error"},
		{name: "failing", codes: codes, bucket: status(500), want: "500 Error"},
		{name: "unreachable", codes: codes, host: "nowhere.example.com", want: "502 Error"},
		{name: "unreachable with 503", codes: `[403, 503], "Quantity": 2`, host: "nowhere.example.com", want: "200 Miss", asked: 1},
		{name: "broken", codes: codes, bucket: gone, want: "502 Error"},
		{name: "broken with 502", codes: `[502], "Quantity": 1`, bucket: gone, want: "200 Miss", asked: 1},
		{name: "silent", codes: codes, bucket: silent, want: "504 Error"},
		{name: "silent with 504", codes: `[504], "Quantity": 1`, bucket: silent, want: "200 Miss", asked: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // silence takes its time
			edits := []string{codes, test.codes}
			if test.host != "" {
				edits = append(edits, "bucket.example.com", test.host)
			}
			// A bucket's silence takes thirty seconds; that of any other origin takes as long as is said.
			edits = append(edits, `"S3OriginConfig": {"OriginAccessIdentity": ""}`,
				`"CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginReadTimeout": 1, "OriginSSLProtocols": ["TLSv1.2"]}`,
				`"OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},`, ``)
			s := newScene(t, edits...)
			s.bucket.does(test.bucket)
			s.want(test.name, test.want, s.ask("GET /a"))
			if asked := len(s.api.asked()); asked != test.asked {
				t.Errorf("the API was asked %d times, want %d", asked, test.asked)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// An origin is asked as often as it may be connected to, if it gives no answer.
func TestAttempts(t *testing.T) {
	s := newScene(t)
	first := true
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			panic(http.ErrAbortHandler)
		}
	})
	s.want("the second attempt", "200 Miss", s.ask("GET /a"))
}

// A viewer of an object that breaks off learns so, and nobody else gets it.
func TestBrokenObject(t *testing.T) {
	s := newScene(t)
	s.api.does(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	if got := s.ask("GET /a"); got.StatusCode != http.StatusOK || got.body != "half" || got.err == nil {
		t.Errorf("half an object: %s %q, %v", got, got.body, got.err)
	}
	s.api.says(http.StatusOK)
	s.want("the whole object", "200 Miss", s.ask("GET /a"))
}

func TestViewersProtocol(t *testing.T) {
	for _, test := range []struct{ policy, what, want string }{
		{"redirect-to-https", "GET /a?w=1", "301 Redirect"},
		{"https-only", "GET /a", "403 Error"},
		{"allow-all", "GET /a", "200 Miss"},
	} {
		s := newScene(t, `"redirect-to-https"`, `"`+test.policy+`"`)
		got := s.send("http", test.what, nil)
		s.want(test.policy, test.want, got)
		if location := got.Header.Get("Location"); got.StatusCode == 301 && location != "https://"+s.Domain+"/a?w=1" {
			t.Errorf("leads to %q", location)
		}
		if got := s.ask("GET /b"); got.StatusCode != http.StatusOK {
			t.Errorf("%s, by HTTPS: %s", test.policy, got)
		}
	}
}

func TestMethods(t *testing.T) {
	s := newScene(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		s.want(method, "403 Error", s.ask(method+" /a"))
	}
	if asked := len(s.api.asked()) + len(s.bucket.asked()); asked > 0 {
		t.Errorf("the origins were asked %d times", asked)
	}
	s.want("a GET with a body", "403 Error", s.send("https", "GET /a", strings.NewReader("body")))

	s = newScene(t, `["GET", "HEAD"]`, `["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]`, `"TargetOriginId": "group"`, `"TargetOriginId": "api"`)
	s.api.does(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	for range 2 {
		got := s.send("https", "POST /a", strings.NewReader("sent"), "Content-Type: text/plain")
		s.want("POST", "200 Miss", got)
		if got.body != "sent" {
			t.Errorf("the origin got %q", got.body)
		}
	}
}

func TestLongRequests(t *testing.T) {
	s := newScene(t)
	s.want("a long URL", "413 Error", s.ask("GET /"+strings.Repeat("a", 8192)))
	s.want("a long header", "413 Error", s.ask("GET /a", "X-Long: "+strings.Repeat("a", 20480)))
	s.want("a URL that is almost too long", "200 Miss", s.ask("GET /"+strings.Repeat("a", 8000)))
}

// The first behaviour that matches is the one, wherever a better match may be.
func TestBehaviors(t *testing.T) {
	behavior := func(pattern, origin string) string {
		return `{"PathPattern": "` + pattern + `", "CachePolicyId": {"Ref": "Cache"}, "TargetOriginId": "` + origin + `", "ViewerProtocolPolicy": "allow-all"}`
	}
	s := newScene(t, `"CacheBehaviors": []`, `"CacheBehaviors": [`+behavior("/*.html", "api")+","+behavior("/page.html", "bucket")+`]`)
	s.want("a page", "200 Miss", s.ask("GET /page.html"))
	if asked := len(s.bucket.asked()); asked != 0 {
		t.Errorf("the bucket was asked %d times for a page", asked)
	}
	s.ask("GET /page.jpg")
	if asked := len(s.bucket.asked()); asked != 1 {
		t.Errorf("the bucket was asked %d times for an image", asked)
	}
}

func TestHeadersPolicy(t *testing.T) {
	s := newScene(t)
	s.api.says(http.StatusOK, "Vary: Origin", "X-Kept: origin", "X-Tag: t", "Content-Security-Policy: default-src *", "Set-Cookie: a=1", "X-Other: o")
	for _, want := range []string{"200 Miss", "200 Hit"} {
		got := s.ask("GET /a")
		s.want("an image", want, got)
		for name, value := range map[string]string{"Vary": "Accept", "X-Kept": "origin", "X-Tag": "", "Content-Security-Policy": "default-src 'none'",
			"X-Content-Type-Options": "nosniff", "Set-Cookie": "", "X-Other": "o"} {
			if got.Header.Get(name) != value {
				t.Errorf("%s: %q, want %q", name, got.Header.Values(name), value)
			}
		}
	}
	s.api.says(http.StatusNotFound)
	got := s.ask("GET /b")
	s.want("an error", "404 Error", got)
	if got.Header.Get("X-Kept") != "policy" || got.Header.Get("Content-Security-Policy") != "default-src 'none'" {
		t.Errorf("an error has %v", got.Header)
	}
}

// The repository's own stages, as they are synthesised, ask their own origins for their own function's paths.
func TestStages(t *testing.T) {
	for stage, want := range map[string]string{"dev": "200 Miss", "prod": "403 FunctionGeneratedResponse"} { // prod's URLs are signed
		s := newStage(t, stage)
		s.Handle("*.s3.eu-central-1.amazonaws.com", &s.bucket)
		s.Handle("*.execute-api.eu-central-1.amazonaws.com", &s.api)
		s.want(stage, want, s.ask("GET /photos/a%20rose.jpg?utm_source=x&w=0300&auto=format", "Accept: image/avif,*/*"))
		for _, asked := range s.api.asked() {
			const path = "/photos/a%20rose.jpg/-/auto=avif,w=300"
			if asked.RequestURI != "/live"+path || asked.Header.Get("X-Primrose-Variant") != path || len(asked.Header.Get("X-Api-Key")) != 40 {
				t.Errorf("%s: the API was asked for %s with %v", stage, asked.RequestURI, asked.Header)
			}
		}
	}
}

// A stage with everything is refused for its firewall and its countries. Without them, its keys are pushed
// as a person would, and a signed URL leads to the page to play on, which has a policy of its own.
func TestFullStage(t *testing.T) {
	_, err := distribution.New(stack(t, "full"), http.DefaultTransport, time.Now)
	if err == nil || !strings.Contains(err.Error(), "WebACLId is not understood") {
		t.Errorf("a stage with a firewall: %v", err)
	}

	s := newStage(t, "full", "WebACLId", "Restrictions")
	s.Handle("*.execute-api.eu-central-1.amazonaws.com", &s.api)
	s.Handle("*.cloudfront-kvs.global.api.aws", s.Stores(func(*http.Request, string, string) error { return nil }))
	store, err := keyvalue.Open(aws.Config{HTTPClient: s.Client(), Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")}, s.stack.Outputs["Store"])
	if err != nil {
		t.Fatal(err)
	}
	key := signature.Key{ID: "2026a", Secret: strings.Repeat("k", 43)}
	signed, err := key.Sign("/playground.html?image=rose.jpg", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	s.want("before the key is pushed", "403 FunctionGeneratedResponse", s.ask("GET "+signed))
	part, err := keys.Part([]signature.Key{key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Set(t.Context(), part); err != nil {
		t.Fatal(err)
	}
	s.api.says(http.StatusOK, "Content-Security-Policy: script-src 'self'")
	got := s.ask("GET " + signed)
	s.want("after that", "200 Miss", got)
	if policy := got.Header.Get("Content-Security-Policy"); policy != "script-src 'self'" || len(s.bucket.asked()) > 0 {
		t.Errorf("the page has the policy %q", policy)
	}
	if asked := s.api.asked(); len(asked) != 1 || asked[0].RequestURI != "/live/playground.html/-/original" {
		t.Errorf("the API was asked %d times", len(asked))
	}
}

// What is not obeyed is refused.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`"Enabled": true`, `"Enabled": false`, "not enabled"},
		{`"Enabled": true`, `"Enabled": true, "WebACLId": "x"`, "WebACLId"},
		{`"Enabled": true`, `"Enabled": true, "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist"}}`, "GeoRestriction"},
		{`"Enabled": true`, `"Enabled": true, "DefaultRootObject": "a"`, "DefaultRootObject"},
		{`"Compress": false`, `"Compress": true`, "Compress"},
		{`"Compress": false`, `"SmoothStreaming": true`, "SmoothStreaming"},
		{`"redirect-to-https"`, `"redirect"`, "ViewerProtocolPolicy"},
		{`["GET", "HEAD"]`, `["GET"]`, "AllowedMethods"},
		{`["GET", "HEAD"]`, `["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]`, "group"},
		{`"CachePolicyId": {"Ref": "Cache"}`, `"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"`, "CachePolicyId"},
		{`"TargetOriginId": "group"`, `"TargetOriginId": "none"`, "TargetOriginId"},
		{`"FunctionAssociations": []`, `"FunctionAssociations": [{"EventType": "viewer-response", "FunctionARN": {"Ref": "Function"}}]`, "viewer-response"},
		{`"Items": [403, 404], "Quantity": 2`, `"Items": [403, 418], "Quantity": 2`, "418"},
		{`"Items": [403, 404], "Quantity": 2`, `"Items": [403], "Quantity": 2`, "Quantity"},
		{`"OriginPath": "/live"`, `"OriginPath": "live"`, "OriginPath"},
		{`"OriginProtocolPolicy": "https-only"`, `"OriginProtocolPolicy": "http-only"`, "https-only"},
		{`"OriginAccessIdentity": ""`, `"OriginAccessIdentity": "x"`, "OriginAccessIdentity"},
		{`"SigningBehavior": "always"`, `"SigningBehavior": "no-override"`, "no-override"},
		{`"ErrorCode": 404`, `"ErrorCode": 404, "ResponsePagePath": "/404.html"`, "ResponsePagePath"},
		{`"ErrorCode": 404`, `"ErrorCode": 200`, "200"},
		{`"MinTTL": 0`, `"MinTTL": 90000`, "ascend"},
		{`"EnableAcceptEncodingGzip": false`, `"EnableAcceptEncodingGzip": true`, "compresses"},
		{`"CookiesConfig": {"CookieBehavior": "none"},
            "Enable`, `"CookiesConfig": {"CookieBehavior": "some"},
            "Enable`, `"some"`},
		{`["x-variant"]`, `["CloudFront-Viewer-Country"]`, "Viewer-Country"},
		{`"X-Kept"`, `"X-Kept", "Other": 1`, "Other"},
		{`"cloudfront-js-2.0"`, `"cloudfront-js-1.0"`, "runtime"},
		{`"AutoPublish": true`, `"AutoPublish": false`, "published"},
		{`return event.request;`, strings.Repeat(" ", 10_240), "10240"},
		{`"Name": "store"`, `"Name": "store", "ImportSource": {}`, "ImportSource"},
	} {
		_, err := distribution.New(edited(t, test.old, test.new), http.DefaultTransport, time.Now)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error about %s", test.new, err, test.want)
		}
	}
}
