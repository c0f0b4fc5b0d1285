package main

import (
	"strings"
	"testing"

	"primrose/functions/internal/playground"
)

// The page is a document where the stage wants one, and says itself what it may
// do; nothing else becomes one.
func TestPlayground(t *testing.T) {
	d := deploy(t, map[string]string{playgroundName: signedPage})
	page := d.request(t, "GET", playground.Path, map[string]string{"x-primrose-variant": playground.Path})
	if page.Status != 200 || !strings.HasPrefix(page.Headers["Content-Type"], "text/html") || !strings.HasPrefix(string(page.Body), "<!doctype html>") {
		t.Fatalf("the page: %d %v", page.Status, page.Headers)
	}
	for _, directive := range []string{"default-src 'none'", "script-src 'sha256-", "connect-src 'self'"} {
		if policy := page.Headers["Content-Security-Policy"]; !strings.Contains(policy, directive) || strings.Contains(policy, "unsafe") {
			t.Errorf("the page may do as %q says, want %s", policy, directive)
		}
	}
	if cache := page.Headers["Cache-Control"]; !strings.Contains(cache, "max-age=300") {
		t.Errorf("the page is kept for %q", cache)
	}
	head := d.request(t, "HEAD", playground.Path, nil)
	if head.Status != 200 || len(head.Body) != 0 || head.Headers["Etag"] != page.Headers["Etag"] {
		t.Errorf("HEAD: %d %v, %d bytes", head.Status, head.Headers, len(head.Body))
	}
	known := d.request(t, "GET", playground.Path, map[string]string{"If-None-Match": page.Headers["Etag"]})
	if known.Status != 304 || len(known.Body) != 0 {
		t.Errorf("GET of what is known: %d, %d bytes", known.Status, len(known.Body))
	}
	d.want(t, 404, "/playground.html/-/w=300")
	d.want(t, 404, "/a/playground.html/-/original")
}

func TestNoPlayground(t *testing.T) {
	deploy(t, nil).want(t, 404, playground.Path)
}
