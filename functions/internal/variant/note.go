package variant

import (
	"encoding/base64"
	"strings"
)

// noted stands before a note's text, where a variant's options would.
const noted = separator + "upon/"

// Notes returns the store keys of the variant's notes: empty objects by which
// whoever purges a layer finds the variants that it lies upon. These have the
// picture's key before them, not the layer's. It reports false if a note would
// be too long: such a variant can't be stored, for nobody would find it.
func (v Variant) Notes() (keys []string, ok bool) {
	for _, layer := range v.Layers() {
		if layer.Key == v.key {
			continue
		}
		note := layer.Key + noted + base64.RawURLEncoding.EncodeToString([]byte(v.StoreKey()))
		if len(note) > MaxLength {
			return nil, false
		}
		keys = append(keys, note)
	}
	return keys, true
}

// Noted returns the store key of the variant that a note is about, and whether
// the key is that of a note.
func Noted(key string) (string, bool) {
	at := strings.LastIndex(key, noted)
	if at < 0 {
		return "", false
	}
	about, err := base64.RawURLEncoding.Strict().DecodeString(key[at+len(noted):])
	return string(about), err == nil
}
