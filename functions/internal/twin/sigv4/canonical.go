package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// canonical is the one text of a request that both sides sign.
func canonical(r *http.Request, headers []string, hash string) string {
	var lines strings.Builder
	for _, name := range headers {
		lines.WriteString(name + ":" + header(r, name) + "\n")
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return strings.Join([]string{
		r.Method,
		escape(path, true), // once more
		query(r),
		lines.String(),
		strings.Join(headers, ";"),
		hash,
	}, "\n")
}

// header is a header's value, its spaces made single. Go keeps two headers in places of their own.
func header(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch name {
	case "host":
		values = []string{r.Host}
	case "content-length":
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Join(strings.Fields(value), " ")
	}
	return strings.Join(trimmed, ",")
}

// query is the parameters in order, escaped in one way.
func query(r *http.Request) string {
	var pairs []string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(value, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape escapes all but letters, digits and -._~; in a path, slashes stay.
func escape(text string, path bool) string {
	const digits = "0123456789ABCDEF"
	var escaped strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, path && c == '/':
			escaped.WriteByte(c)
		default:
			escaped.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return escaped.String()
}
