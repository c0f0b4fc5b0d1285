package edge

import (
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/signature"
)

// Whatever byte of a signed URL is changed, left out, doubled or moved, in its
// path, its query, the key's id, the time or the signature: the edge refuses
// it, before anything is fetched or made.
func TestTampering(t *testing.T) {
	u := suite{Keys: []string{"2026a", "2026b"}, Imgix: true, Store: map[string]string{
		"key.2026a": strings.Repeat("a", 43), "key.2026b": strings.Repeat("b", 43), "key.imgix": "FOO123bar",
	}}
	for _, id := range []string{"2026a", signature.Imgix} {
		key := signature.Key{ID: id, Secret: u.Store[signature.StoreKey(id)]}
		url, err := key.Sign("/caf%C3%A9/rose.jpg?w=300&h=0200&fit=crop&preset=x&txt=a%20b", time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var urls []sample
		for changed := range tampered(url) {
			path, query, _ := strings.Cut(changed, "?")
			urls = append(urls, sample{URI: path, Query: query})
		}
		if len(urls) < 8*len(url) {
			t.Fatalf("only %d URLs differ from %s", len(urls), url)
		}
		for i, got := range u.compare(t, urls) {
			if got.Code != problem.BadSignature {
				t.Errorf("%s?%s, changed from %s: %+v", urls[i].URI, urls[i].Query, url, got)
			}
		}
	}
}

// tampered are the texts that one change to a text makes.
func tampered(text string) map[string]bool {
	all := map[string]bool{}
	for i := range len(text) {
		before, letter, after := text[:i], text[i:i+1], text[i+1:]
		for _, other := range []string{string(text[i] ^ 1), string(text[i] ^ 32), "", letter + letter, "&", "=", "%", "?", "0", "9", "a", "z", "-"} {
			if other == "" || other[0] > ' ' && other[0] <= '~' && other != "#" { // else no URL
				all[before+other+after] = true
			}
		}
		if after != "" {
			all[before+after[:1]+letter+after[1:]] = true
		}
	}
	delete(all, text)
	return all
}
