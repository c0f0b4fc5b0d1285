package delivery

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzMatches: a viewer has a variant if the header names it.
func FuzzMatches(f *testing.F) {
	const etag = `"0123"`
	for _, seed := range []string{etag, "W/" + etag, `"other", ` + etag, "*", `"01","23"`, "", ",", `"0123`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{Header: http.Header{"If-None-Match": {header}}}
		named := strings.Contains(header, etag)
		if got := Matches(r, etag); got && !named {
			t.Errorf("%q matches %s", header, etag)
		}
		r.Header.Add("If-None-Match", "W/"+etag)
		if !Matches(r, etag) {
			t.Errorf("%q hides %s in the line after it", header, etag)
		}
	})
}
