package delivery

import (
	"net/http"
	"strings"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/variant"
)

// VariantHeader carries the variant path that the edge function decided on.
const VariantHeader = "X-Primrose-Variant"

// target says which variant a request is for.
func target(r *http.Request) (variant.Variant, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return variant.Variant{}, problem.New(problem.MethodNotAllowed, "only GET and HEAD are allowed here")
	}
	path := SentPath(r)
	if told := r.Header.Get(VariantHeader); told != "" && told != path {
		return variant.Variant{}, problem.New(problem.BadPath, "path and %s header differ", VariantHeader)
	}
	return variant.Parse(path)
}

// SentPath returns the path as it was sent, percent-encoding and all, which the
// URL type mends where it can.
func SentPath(r *http.Request) string {
	if r.RequestURI == "" || r.RequestURI[0] != '/' { // made by a program, or in absolute form
		return r.URL.EscapedPath()
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	return path
}

// Matches reports whether the viewer already has what etag names (RFC 9110
// section 13.1.2). "*" is true of any variant that exists, which nobody knows
// before it is made, so it is not taken for an answer.
func Matches(r *http.Request, etag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for candidate := range strings.SplitSeq(line, ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == etag {
				return true
			}
		}
	}
	return false
}
