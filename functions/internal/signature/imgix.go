package signature

import (
	"crypto/md5"
	"encoding/hex"
)

// Imgix is the id of the key, if any, that verifies URLs signed as imgix has
// them signed, so that a team that comes from there keeps its pages and its
// client libraries:
//
//	/rose.jpg?w=300&expires=1790000000&s=<signature>
//
// The signature is the MD5, in lower-case hexadecimal, of the secret (imgix's
// "secure URL token") followed by path, question mark and query as they stand
// before "&s=", or of the token and the path alone where only "?s=" follows.
// See https://docs.imgix.com/getting-started/setup/securing-assets.
//
// A hash of a secret and a text is no HMAC: whoever knows one can compute that
// of a longer text. What would have to stand between the two texts are bytes
// that no URL holds, a zero among them, so that nobody gains by it here. But
// prefer HMAC for what you sign anew: that is why a stage has to ask for this,
// and why this secret signs nothing else.
const Imgix = "imgix"

// legacy tells whether the key signs as imgix does.
func (k Key) legacy() bool { return k.ID == Imgix }

func (k Key) md5(text string) string {
	sum := md5.Sum([]byte(k.Secret + text))
	return hex.EncodeToString(sum[:])
}

// cutMD5 is [Key.cut] for imgix, whose signature may be all of a query.
func cutMD5(path, query string) (covered, signature string, found bool) {
	before, signature, found := cutLast("&"+query, "&s=")
	if before != "" {
		before = "?" + before[1:]
	}
	return path + before, signature, found
}
