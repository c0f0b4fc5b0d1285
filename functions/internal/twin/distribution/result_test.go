package distribution

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever a function returns, what becomes of a request is one that can be sent.
func FuzzOutcome(f *testing.F) {
	f.Add(`{"result": {"method": "GET", "uri": "/a", "headers": {"host": {"value": "h"}, "a": {"value": "1", "multiValue": [{"value": "1"}]}}}, "query": "w=1"}`)
	f.Add(`{"result": {"statusCode": 200, "headers": {"a": {"value": "b"}}, "body": {"encoding": "base64", "data": "YQ=="}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var out outcome
		if json.Unmarshal([]byte(text), &out) != nil {
			return
		}
		q := &request{method: http.MethodGet, path: "/a", header: http.Header{}}
		a, err := out.apply(q, "h")
		if err != nil {
			return
		}
		header := q.header
		if a != nil {
			header = a.header
		}
		if _, err := http.NewRequest(q.method, "https://h"+q.path+"?"+q.query, nil); err != nil && !strings.Contains(q.path+q.query, "%") {
			t.Errorf("%s?%s: %v", q.path, q.query, err)
		}
		for name, values := range header {
			if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
				t.Errorf("%q: %q", name, values)
			}
		}
	})
}
