package edge

import (
	"crypto/md5"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/signature"
)

// Whatever byte of a signed URL is changed, left out, doubled or moved, in its
// path, its query, the key's id, the time or the signature: the edge refuses
// it, before anything is fetched or made.
func TestTampering(t *testing.T) {
	u := suite{Keys: []string{"2026a", "2026b"}, Imgix: true, Store: map[string]string{
		"key.2026a": strings.Repeat("a", 43), "key.2026b": strings.Repeat("b", 43), "key.imgix": "FOO123bar",
	}}
	for _, id := range []string{"2026a", signature.Imgix} {
		key := signature.Key{ID: id, Secret: u.Store[signature.StoreKey(id)]}
		right, err := key.Sign("/caf%C3%A9/rose.jpg?w=300&h=0200&fit=crop&preset=x&txt=a%20b", time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var urls []sample
		for changed := range tampered(right) {
			path, query, _ := strings.Cut(changed, "?")
			urls = append(urls, sample{URI: path, Query: query})
		}
		if len(urls) < 8*len(right) {
			t.Fatalf("only %d URLs differ from %s", len(urls), right)
		}
		for i, got := range u.compare(t, urls) {
			if got.Code != problem.BadSignature {
				t.Errorf("%s?%s, changed from %s: %+v", urls[i].URI, urls[i].Query, right, got)
			}
		}
	}
}

// tampered are the texts that one change to a text makes.
func tampered(text string) map[string]bool {
	all := map[string]bool{}
	for i := range len(text) {
		before, letter, after := text[:i], text[i:i+1], text[i+1:]
		for _, other := range []string{string(text[i] ^ 1), string(text[i] ^ 32), "", letter + letter, "&", "=", "%", "?", "0", "9", "a", "z", "-"} {
			if other == "" || other[0] > ' ' && other[0] <= '~' && other != "#" { // else no URL
				all[before+other+after] = true
			}
		}
		if after != "" {
			all[before+after[:1]+letter+after[1:]] = true
		}
	}
	delete(all, text)
	return all
}

// MD5 of a token and a text tells, without the token, that of the same and more,
// if MD5's own padding stands between: 0x80, zeros and the length. No URL holds
// these bytes but percent-encoded, and then they are others.
func TestExtendedSignature(t *testing.T) {
	u := suite{Imgix: true, Store: map[string]string{"key.imgix": "FOO123bar"}}
	function, token := newFunction(t, u.stage()), u.Store["key.imgix"]
	query := signedByImgix("/rose.jpg", "w=300", token)
	covered, digest, _ := strings.Cut("/rose.jpg?"+query, "&s=")
	padding, more := md5Padding(len(token+covered)), "&w=301"
	forged := extendedMD5(t, digest, len(token+covered+padding), more)
	if want := fmt.Sprintf("%x", md5.Sum([]byte(token+covered+padding+more))); forged != want {
		t.Fatalf("the signature of more is %s, want %s: the forgery is none", forged, want)
	}
	for name, between := range map[string]string{
		"bytes": padding, "percent-encoded": url.QueryEscape(padding), "characters": "\u0080" + padding[1:], "left out": "",
	} {
		_, query, _ := strings.Cut(covered+between+more+"&s="+forged, "?")
		if got := runQuickJS(t, function, sample{URI: "/rose.jpg", Query: query}); got.Code != problem.BadSignature {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// md5Padding is what MD5 (RFC 1321, sections 3.1 and 3.2) puts behind a text.
func md5Padding(length int) string {
	zeros := (55 - length%64 + 64) % 64
	return string(binary.LittleEndian.AppendUint64(append([]byte{0x80}, make([]byte, zeros)...), uint64(8*length)))
}

// extendedMD5 is the MD5 of a text whose first bytes, so many, have a digest.
func extendedMD5(t *testing.T, digest string, length int, more string) string {
	t.Helper()
	words, err := hex.DecodeString(digest)
	if err != nil {
		t.Fatal(err)
	}
	state := []byte("md5\x01")
	for ; len(words) > 0; words = words[4:] {
		state = binary.BigEndian.AppendUint32(state, binary.LittleEndian.Uint32(words))
	}
	state = binary.BigEndian.AppendUint64(append(state, make([]byte, md5.BlockSize)...), uint64(length))
	h := md5.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	h.Write([]byte(more))
	return fmt.Sprintf("%x", h.Sum(nil))
}
