package change

import (
	"encoding/json"
	"testing"
)

// What AWS documents of patterns.
func TestPattern(t *testing.T) {
	const rule = `{"detail": {"$or": [{"reason": [{"anything-but": "Lifecycle Expiration"}]}, {"deletion-type": ["Delete Marker Created"]},
		{"object": {"version-id": [{"exists": false}]}}], "bucket": {"name": ["b"]}}}`
	for _, test := range []struct {
		pattern, event string
		want           bool
	}{
		{`{"a": ["x"]}`, `{"a": "x"}`, true},
		{`{"a": ["x"]}`, `{"a": "X"}`, false},
		{`{"a": ["x"]}`, `{}`, false},
		{`{"a": ["x", "y"]}`, `{"a": "y"}`, true},
		{`{"a": ["x"], "b": ["y"]}`, `{"a": "x"}`, false},
		{`{"a": ["x"]}`, `{"a": ["w", "x"]}`, true},
		{`{"a": [1]}`, `{"a": 1.0}`, true},
		{`{"a": [null]}`, `{"a": null}`, true},
		{`{"a": [null]}`, `{}`, false},
		{`{"a": {"b": ["x"]}}`, `{"a": "x"}`, false},
		{`{"a": [{"prefix": "photos/"}]}`, `{"a": "photos/rose"}`, true},
		{`{"a": [{"suffix": ".jpg"}]}`, `{"a": "rose.png"}`, false},
		{`{"a": [{"anything-but": "x"}]}`, `{"a": "y"}`, true},
		{`{"a": [{"anything-but": ["x", "y"]}]}`, `{"a": "y"}`, false},
		{`{"a": [{"anything-but": "x"}]}`, `{}`, false}, // it has to be there
		{`{"a": [{"exists": true}]}`, `{"a": null}`, true},
		{`{"a": {"b": [{"exists": false}]}}`, `{}`, true},
		{`{"a": {"b": [{"exists": false}]}}`, `{"a": {"b": 1}}`, false},
		{rule, `{"detail": {"bucket": {"name": "b"}, "reason": "PutObject", "object": {"version-id": "1"}}}`, true},
		{rule, `{"detail": {"bucket": {"name": "c"}, "reason": "PutObject", "object": {"version-id": "1"}}}`, false},
		{rule, `{"detail": {"bucket": {"name": "b"}, "reason": "Lifecycle Expiration", "deletion-type": "Permanently Deleted", "object": {"version-id": "1"}}}`, false},
		{rule, `{"detail": {"bucket": {"name": "b"}, "reason": "Lifecycle Expiration", "deletion-type": "Delete Marker Created", "object": {"version-id": "1"}}}`, true},
		{rule, `{"detail": {"bucket": {"name": "b"}, "reason": "Lifecycle Expiration", "deletion-type": "Permanently Deleted", "object": {}}}`, true},
	} {
		var p pattern
		if err := json.Unmarshal([]byte(test.pattern), &p); err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		var event map[string]any
		if err := json.Unmarshal([]byte(test.event), &event); err != nil {
			t.Fatal(err)
		}
		if got := p.matches(event); got != test.want {
			t.Errorf("%s matches %s: %v", test.pattern, test.event, got)
		}
	}
}

// A pattern that is read can be asked about any event, and answers the same
// again.
func FuzzPattern(f *testing.F) {
	f.Add(`{"a": ["x", {"prefix": "y"}, {"anything-but": [1, "z"]}, {"exists": false}], "$or": [{"b": [null]}, {"c": {"d": [true]}}]}`, `{"a": ["x"], "b": null, "c": {"d": true}}`)
	f.Fuzz(func(t *testing.T, text, event string) {
		var p pattern
		var members map[string]any
		if json.Unmarshal([]byte(text), &p) != nil || json.Unmarshal([]byte(event), &members) != nil {
			return
		}
		if len(p.fields) == 0 && len(p.alternatives) == 0 {
			t.Fatalf("%s has become a pattern that everything matches", text)
		}
		if first, second := p.matches(members), p.matches(members); first != second {
			t.Fatalf("%s matches %s once and once not", text, event)
		}
	})
}
