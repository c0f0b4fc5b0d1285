// Package key says which originals' keys there can be.
package key

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Valid tells whether a key can be asked for by URL, and stored and purged by
// name: proper text without control characters and without the two others that
// XML, by which S3 is told what to delete, cannot spell; and no segment that a
// client, a proxy or a file system would swallow.
//
// https://www.w3.org/TR/xml/#charsets
func Valid(key string) bool {
	if !utf8.ValidString(key) || strings.ContainsFunc(key, unicode.IsControl) || strings.ContainsAny(key, "\ufffe\uffff") {
		return false
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
	}
	return true
}
