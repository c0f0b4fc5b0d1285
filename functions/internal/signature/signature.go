// Package signature signs URLs, and tells whether they are signed.
//
// A signed URL ends in three parameters, of which expires may be absent:
//
//	/rose.jpg?w=300&kid=2026a&expires=1790000000&s=<signature>
//
// The signature is the HMAC-SHA256, in base64url without padding, of all that
// stands before "&s=": path and query as they are sent, so two spellings of
// one request have two signatures. The key is a secret's text itself. A shell
// does it, too:
//
//	printf %s '/rose.jpg?w=300&kid=2026a&expires=1790000000' |
//		openssl dgst -sha256 -hmac "$PRIMROSE_KEY" -binary | openssl base64 -A | tr +/ -_ | tr -d =
//
// The edge function verifies, letter for letter like [Verify]; tests compare
// them.
//
// A URL without kid is signed as imgix's client libraries do it, by MD5: see
// [Imgix].
//
// # Rotation
//
// A stage names at most two keys. Edge functions and their KeyValueStore change
// from edge to edge at different times, so a key is made known everywhere
// before anybody signs with it, and nobody signs with it any more before it is
// forgotten:
//
//  1. Deploy the stage with both ids, the old one and the new one.
//  2. Push both keys to the store: primrose keys push.
//  3. Once both are everywhere, let the signers change to the new key.
//  4. Wait until the last URL that the old one signed has expired.
//  5. Deploy with the new id alone.
//  6. Push the new key alone, which removes the old one.
//
// In this order no correctly signed URL is refused anywhere at any time, as a
// test of the edge function shows. A URL that never expires is refused from
// step 5 on.
//
// The first key comes likewise: deploy the stage with its id while signing is
// off, push the key, let the signers sign, and when nothing unsigned is in use
// any more, deploy with signing required.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/problem"
)

// maxTime is the latest time that a URL can expire at, in 2286: ten digits.
const maxTime = 9_999_999_999

// Sign returns a URL's path and query signed. What browsers would
// percent-encode on their own is so first: the signature covers what they
// send. A zero time means that the URL never expires.
func (k Key) Sign(target string, expires time.Time) (string, error) {
	path, query, _ := strings.Cut(encode(target), "?")
	for _, name := range []string{"kid", "expires", "s"} {
		if len(sent(query, name)) > 0 {
			return "", fmt.Errorf("the URL has the parameter %s, as if it were signed already", name)
		}
	}
	covered := path
	separator := "?"
	add := func(text string) {
		covered += separator + text
		separator = "&"
	}
	if query != "" {
		add(query)
	}
	if !k.legacy() {
		add("kid=" + k.ID)
	}
	if !expires.IsZero() {
		if expires.Unix() < 0 || expires.Unix() > maxTime {
			return "", fmt.Errorf("the URL would expire at %s, which is too early or too late to be written", expires)
		}
		add("expires=" + strconv.FormatInt(expires.Unix(), 10))
	}
	return covered + separator + "s=" + k.mac(covered), nil
}

// mac is the signature of a text.
func (k Key) mac(text string) string {
	if k.legacy() {
		return k.md5(text)
	}
	h := hmac.New(sha256.New, []byte(k.Secret))
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// encode percent-encodes what a browser would in a path or in a query.
func encode(target string) string {
	var b strings.Builder
	for _, c := range []byte(target) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"'<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Verify tells whether a URL, path and query as sent, is signed by one of the
// keys and has not expired. Its error is a [problem.BadSignature] or
// [problem.Expired].
func Verify(path, query string, keys []Key, now time.Time) error {
	key, ok := signer(query, keys)
	if !ok {
		return badSignature()
	}
	covered, signature, ok := key.cut(path, query)
	if !ok || !hmac.Equal([]byte(signature), []byte(key.mac(covered))) {
		return badSignature()
	}
	for _, expires := range sent(query, "expires") {
		if !inFuture(expires, now) {
			return problem.New(problem.Expired, "the URL has expired: ask for a new one")
		}
	}
	return nil
}

// Signed tells whether a URL says that it is signed, rightly or not: a stage
// that serves unsigned URLs, too, verifies those alone.
func Signed(query string) bool { return len(sent(query, "s")) > 0 }

// signer finds the key by which a URL says that it is signed: the last kid's,
// or imgix's where there is none. No kid names imgix's.
func signer(query string, keys []Key) (Key, bool) {
	ids := sent(query, "kid")
	if len(ids) == 0 {
		return find(keys, Imgix)
	}
	id := ids[len(ids)-1]
	if id == Imgix {
		return Key{}, false
	}
	return find(keys, id)
}

// cut parts a URL into what its signature covers, and the signature.
func (k Key) cut(path, query string) (covered, signature string, found bool) {
	if k.legacy() {
		return cutMD5(path, query)
	}
	before, signature, found := cutLast(query, "&s=")
	return path + "?" + before, signature, found
}

func badSignature() *problem.Problem {
	return problem.New(problem.BadSignature, "the URL is not signed, or not by a key that is valid here")
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}

// sent returns the values of the parameters of one name.
func sent(query, name string) []string {
	var values []string
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

// find finds a key by its id; one without a secret counts for none.
func find(keys []Key, id string) (Key, bool) {
	for _, k := range keys {
		if k.ID == id && k.Secret != "" {
			return k, true
		}
	}
	return Key{}, false
}

// inFuture tells whether a time, in whole seconds of at most ten digits, is
// still to come.
func inFuture(text string, now time.Time) bool {
	seconds, err := strconv.ParseUint(text, 10, 64) // which takes no sign
	return err == nil && len(text) <= 10 && time.Unix(int64(seconds), 0).After(now)
}
