package distribution_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/twin/distribution"
)

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

	s = newScene(t, anyMethod...)
	s.want("POST by HTTP", "307 Redirect", s.send("http", "POST /a", strings.NewReader("sent")))
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
	s.api.does(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "<html>")
	})
	if got := s.ask("GET /untyped"); got.Header["Content-Type"] != nil {
		t.Errorf("what has no type is called %s", got.Header["Content-Type"])
	}
	s.api.says(http.StatusNotFound)
	got := s.ask("GET /b")
	s.want("an error", "404 Error", got)
	if got.Header.Get("X-Kept") != "policy" || got.Header.Get("Content-Security-Policy") != "default-src 'none'" {
		t.Errorf("an error has %v", got.Header)
	}

	s = newScene(t, `"ContentTypeOptions": {"Override": true}`, `"FrameOptions": {"FrameOption": "DENY", "Override": true},
		"ReferrerPolicy": {"ReferrerPolicy": "no-referrer", "Override": true},
		"StrictTransportSecurity": {"AccessControlMaxAgeSec": 60, "IncludeSubdomains": true, "Preload": true, "Override": true}`)
	for name, value := range map[string]string{"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "",
		"Strict-Transport-Security": "max-age=60; includeSubDomains; preload"} {
		if got := s.ask("GET /a").Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
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
		{`"Compress": false`, `"PathPattern": "*.jpg"`, "PathPattern"},
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
