package variant

import (
	"net/url"
	"strings"

	keys "primrose/functions/internal/key"
)

// DecodeKey returns the original's key that a URL's path names, decoded once.
// A plus stays a plus (RFC 3986). Its error is a [problem.BadPath].
func DecodeKey(path string) (string, error) {
	encoded, rooted := strings.CutPrefix(path, "/")
	key, err := url.PathUnescape(encoded)
	if !rooted || err != nil || !keys.Valid(key) {
		return "", badPath()
	}
	return key, nil
}

const upperHex = "0123456789ABCDEF"

// Escape percent-encodes all but RFC 3986's unreserved characters and the
// slash. S3 takes a literal plus in a path for a space, so nothing that could
// mean two things stays as it is.
func Escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}
