package distribution_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"primrose/functions/internal/keys"
	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/twin/distribution"
)

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
	s.Handle("*.cloudfront-kvs.global.api.aws", s.Stores(func(_, _, _ string) error { return nil }))
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
