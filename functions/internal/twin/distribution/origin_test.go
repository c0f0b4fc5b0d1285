package distribution_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

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
	some.api.asked()
	some.ask("GET /b?%77=1") // spelt otherwise, and selected all the same
	if asked := some.api.asked()[0].RequestURI; asked != "/live/b?%77=1" {
		t.Errorf("the origin was asked for %s", asked)
	}
}

// Some headers reach no origin, whatever a policy selects, and some of an origin reach no viewer.
func TestHeadersOfTheWay(t *testing.T) {
	s := newScene(t, `"HeaderBehavior": "whitelist", "Headers": ["x-variant"]`, `"HeaderBehavior": "allViewer"`)
	s.api.says(http.StatusOK, "Via: 1.1 proxy", "X-Cache: Hit from elsewhere", "Trailer: X-Sum", "X-Amz-Request-Id: kept", "X-Other: kept")
	got := s.ask("GET /a", "X-Other: kept", "X-Real-Ip: 192.0.2.1", "X-Forwarded-Proto: http", "Te: trailers", "Proxy-Authorization: Basic eA==", "User-Agent: curl")
	s.want("all headers", "200 Miss", got)
	h := s.api.asked()[0].Header
	if h.Get("X-Other") != "kept" || h.Get("User-Agent") != "curl" || h.Get("X-Real-Ip")+h.Get("X-Forwarded-Proto")+h.Get("Te")+h.Get("Proxy-Authorization") != "" {
		t.Errorf("the origin got %v", h)
	}
	if h := got.Header; strings.Contains(h.Get("Via"), "proxy") || len(h["X-Cache"]) != 1 || h.Get("Trailer") != "" || h.Get("X-Amz-Request-Id") != "kept" || h.Get("X-Other") != "kept" {
		t.Errorf("the viewer got %v", h)
	}
	s.bucket.says(http.StatusOK, "X-Amz-Request-Id: 1", "X-Amz-Id-2: 2", "X-Amz-Meta-Kept: kept")
	if h := s.ask("GET /b").Header; h.Get("X-Amz-Request-Id")+h.Get("X-Amz-Id-2") != "" || h.Get("X-Amz-Meta-Kept") != "kept" {
		t.Errorf("of the bucket, the viewer got %v", h)
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
	t.Parallel()
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
			t.Parallel()
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

	s = newScene(t, anyMethod...)
	s.api.does(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	s.want("a POST", "502 Error", s.send("https", "POST /a", strings.NewReader("sent")))
	if asked := len(s.api.asked()); asked != 1 {
		t.Errorf("a POST was sent %d times", asked)
	}
}

// anyMethod has the API alone asked, by any method.
var anyMethod = []string{
	`["GET", "HEAD"]`, `["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]`,
	`"TargetOriginId": "group"`, `"TargetOriginId": "api"`,
}

// An origin may take its time for each part of an answer, and no longer.
func TestSlowOrigin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	parts := func(pause time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for range 3 {
				io.WriteString(w, "part ")
				w.(http.Flusher).Flush()
				select {
				case <-time.After(pause):
				case <-r.Context().Done():
					panic(http.ErrAbortHandler) // or the rest might arrive while the connection closes
				}
			}
		}
	}
	s.api.does(parts(600 * time.Millisecond)) // 1.8 s together, where 1 s is the limit
	if got := s.ask("GET /a"); got.String() != "200 Miss" || got.body != "part part part " || got.err != nil {
		t.Errorf("in drips: %s %q, %v", got, got.body, got.err)
	}
	s.api.does(parts(time.Minute))
	if got := s.ask("GET /b"); got.StatusCode != http.StatusOK || got.body != "part " || got.err == nil {
		t.Errorf("a part only: %s %q, %v", got, got.body, got.err)
	}
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
