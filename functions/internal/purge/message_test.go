package purge

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/variant"
)

func TestParse(t *testing.T) {
	event := func(kind, detail string) string {
		return `{"source":"aws.s3","detail-type":"` + kind + `","detail":{"bucket":{"name":"originals"},` + detail + `}}`
	}
	long := strings.Repeat("k", variant.MaxLength)
	for _, test := range []struct {
		body    string
		keys    []string
		created string
		settled bool
	}{
		{event("Object Created", `"object":{"key":"rose.jpg","version-id":"v1"}`), []string{"rose.jpg"}, "v1", false},
		{event("Object Created", `"object":{"key":"rose.jpg"}`), []string{"rose.jpg"}, "", false},
		{event("Object Created", `"object":{"key":"rose.jpg","version-id":"null"}`), []string{"rose.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"rose.jpg","version-id":"v1"}`), []string{"rose.jpg"}, "", false},

		// What lifecycle rules do.
		{event("Object Deleted", `"object":{"key":"rose.jpg","version-id":"v1"},"reason":"Lifecycle Expiration","deletion-type":"Delete Marker Created"`), []string{"rose.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"rose.jpg","version-id":"v1"},"reason":"Lifecycle Expiration","deletion-type":"Permanently Deleted"`), nil, "", false},
		{event("Object Deleted", `"object":{"key":"rose.jpg","version-id":"null"},"reason":"Lifecycle Expiration","deletion-type":"Permanently Deleted"`), []string{"rose.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"rose.jpg"},"reason":"Lifecycle Expiration","deletion-type":"Permanently Deleted"`), []string{"rose.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"rose.jpg","version-id":"v1"},"reason":"DeleteObject","deletion-type":"Permanently Deleted"`), []string{"rose.jpg"}, "", false},

		// How keys may be spelled.
		{event("Object Deleted", `"object":{"key":"a+b%20c.jpg"}`), []string{"a+b%20c.jpg", "a b c.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"100%.jpg"}`), []string{"100%.jpg"}, "", false},
		{event("Object Deleted", `"object":{"key":"a%2F%2Fb"}`), []string{"a%2F%2Fb"}, "", false},
		{event("Object Deleted", `"object":{"key":"a\u0001%41"}`), nil, "", false},
		{event("Object Deleted", `"object":{"key":"folder/"}`), nil, "", false},
		{event("Object Deleted", `"object":{"key":"`+long+`"}`), nil, "", false},

		{`{"sweep":"rose.jpg"}`, []string{"rose.jpg"}, "", true},
		{`{"sweep":"a+b.jpg"}`, []string{"a+b.jpg"}, "", true}, // ours are never encoded
		{settled(`it's "<>" 장미 🌹.jpg`), []string{`it's "<>" 장미 🌹.jpg`}, "", true},
	} {
		got, err := parse(test.body, "originals")
		if err != nil || !slices.Equal(got.keys, test.keys) || got.created != test.created || got.settled != test.settled {
			t.Errorf("parse(%.200s) = %+v, %v; want %+v", test.body, got, err, test)
		}
	}
	for _, body := range []string{
		"", "null", "{}", "[]", "rose.jpg", `"rose.jpg"`, `{"sweep":1}`, `{"sweep":["rose.jpg"]}`, `{"detail":{}}`,
		event("Object Created", `"object":{}`),
		event("Object Created", `"object":{"key":7}`),
		event("Object Restore Completed", `"object":{"key":"rose.jpg"}`),
		strings.Replace(event("Object Created", `"object":{"key":"rose.jpg"}`), "aws.s3", "aws.ec2", 1),
		strings.Replace(event("Object Created", `"object":{"key":"rose.jpg"}`), `"originals"`, `"others"`, 1),
		`{"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"rose.jpg"}}}]}`, // S3's own notifications
	} {
		if got, err := parse(body, "originals"); err == nil {
			t.Errorf("parse(%s) = %+v", body, got)
		}
	}
}

// FuzzParse: whatever comes, only keys that have variants are swept, and what
// is postponed means the same key when it returns.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"sweep":"rose.jpg"}`,
		`{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"originals"},"object":{"key":"a+b%20c.jpg","version-id":"v1"}}}`,
		`{"source":"aws.s3","detail-type":"Object Deleted","detail":{"bucket":{"name":"originals"},"object":{"key":"장미%2B%zz","version-id":"v1"},"reason":"Lifecycle Expiration","deletion-type":"Permanently Deleted"}}`,
		`{"sweep":"a\u0000b"}`, `{"sweep":"\ud800"}`, `{"sweep":"//"}`, `{"sweep":null}`, `[]`, ``, "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse(text, "originals")
		if err != nil {
			if len(c.keys) > 0 {
				t.Errorf("keys %q of a message that was not understood", c.keys)
			}
			return
		}
		for _, key := range c.keys {
			if prefix, ok := variant.Prefix(key); !ok || prefix == "/-/" {
				t.Errorf("%q would be swept", key)
			}
			body := settled(key)
			again, err := parse(body, "another bucket")
			if err != nil || !again.settled || !slices.Equal(again.keys, []string{key}) || !json.Valid([]byte(body)) {
				t.Errorf("%q comes back as %+v, %v", key, again, err)
			}
		}
	})
}
