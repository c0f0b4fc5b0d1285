// Package variant names variants: which original, made with which options.
//
// A variant's name has three spellings. The store key is plain text,
// "<key>/-/<options>", or "<key>/-/original" without options. The path is the
// same percent-encoded, for URLs. And the tag, a hash of the original's key
// alone, is what all variants of one original are purged by.
//
// The separator always stands last, so a viewer who writes one into a URL
// only names an odd original, and cannot reach a variant around the edge's
// checks.
package variant

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	keys "primrose/functions/internal/key"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// MaxLength is the longest store key in bytes: S3's limit.
const MaxLength = 1024

const (
	separator = "/-/"
	original  = "original" // stands for no options
)

// Variant is a valid name. The zero value is none.
type Variant struct {
	key     string
	options options.Options
}

// New names the variant that the options make of the original with the given
// key. Its error is a [problem.BadPath] or [problem.TooLong].
func New(key string, o options.Options) (Variant, error) {
	v := Variant{key, o}
	if len(v.StoreKey()) > MaxLength {
		return Variant{}, problem.New(problem.TooLong, "the key and the options together are longer than %d bytes", MaxLength)
	}
	if !keys.Valid(key) {
		return Variant{}, badPath()
	}
	return v, nil
}

// Parse reads a variant path, and nothing that is not in its normal form.
// Its error is a [problem.BadPath], [problem.TooLong] or [problem.BadOption].
func Parse(path string) (Variant, error) {
	at := strings.LastIndex(path, separator)
	if at < 0 {
		return Variant{}, problem.New(problem.BadPath, "the path is no variant path: it lacks %q", separator)
	}
	key, err := DecodeKey(path[:at])
	if err != nil {
		return Variant{}, err
	}
	o, err := parseOptions(path[at+len(separator):])
	if err != nil {
		return Variant{}, err
	}
	v, err := New(key, o)
	if err != nil {
		return Variant{}, err
	}
	if v.Path() != path {
		return Variant{}, problem.New(problem.BadPath, "the variant path is not in its normal form")
	}
	return v, nil
}

func parseOptions(text string) (options.Options, error) {
	switch text {
	case original:
		return options.Options{}, nil
	case "":
		return options.Options{}, problem.New(problem.BadPath, "the path is no variant path: it ends in %q", separator)
	}
	return options.Parse(text)
}

// Key returns the original's key.
func (v Variant) Key() string { return v.key }

// Options returns what is asked of the original.
func (v Variant) Options() options.Options { return v.options }

// StoreKey returns the key under which the variant is stored.
func (v Variant) StoreKey() string {
	text := v.options.String()
	if v.options.IsZero() {
		text = original
	}
	return v.key + separator + text
}

// Path returns the percent-encoded path of the variant's URL.
func (v Variant) Path() string {
	return "/" + Escape(v.key) + strings.TrimPrefix(v.StoreKey(), v.key)
}

// Layers returns the originals that lie upon the one that Key names.
func (v Variant) Layers() []options.Layer { return v.options.Values().Layers() }

// Keys returns the keys of all originals that the variant is made of, its own
// first.
func (v Variant) Keys() []string {
	keys := []string{v.key}
	for _, layer := range v.Layers() {
		keys = append(keys, layer.Key)
	}
	return keys
}

// Tags returns the cache tags of all originals that the variant is made of,
// each once, separated by commas: it is outdated when one of them is replaced.
func (v Variant) Tags() string {
	var tags []string
	for _, key := range v.Keys() {
		if tag := Tag(key); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return strings.Join(tags, ",")
}

// Tag returns the cache tag of the original with the given key: the hash of
// the key, in hexadecimal, so that any key makes a valid tag.
func Tag(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Prefix returns what the store keys of all variants of the original with the
// given key begin with. It reports false of a key that has none, because no URL
// can ask for them.
func Prefix(key string) (string, bool) {
	prefix := key + separator
	return prefix, keys.Valid(key) && len(prefix) < MaxLength
}

func badPath() *problem.Problem {
	return problem.New(problem.BadPath, "the path names no image: it must be percent-encoded UTF-8, "+
		`without control characters and empty, "." or ".." segments`)
}
