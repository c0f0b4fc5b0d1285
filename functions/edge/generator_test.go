package edge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"primrose/functions/internal/signature"
)

// generator makes requests of pieces that are likely to matter.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// some joins up to n pieces.
func (g generator) some(n int, separator string, piece func() string) string {
	pieces := make([]string, g.IntN(n+1))
	for i := range pieces {
		pieces[i] = piece()
	}
	return strings.Join(pieces, separator)
}

func (g generator) sample(u suite) sample {
	s := sample{
		Method: g.pick("", "", "", "", "", "", "", "", "HEAD", "POST"),
		URI:    "/" + g.key(),
		Query:  g.some(5, "&", g.parameter),
		Accept: g.some(5, g.pick(",", ", "), g.mediaRange),
	}
	if u.Widths != nil {
		s.Query = g.some(1, "", g.parameter) + "&" + g.size()
	}
	if u.Keys != nil {
		s = g.easy(s)
		s.Query = g.signed(u, s)
	}
	return s
}

// size asks for sizes of all kinds.
func (g generator) size() string {
	side := func() string { return strconv.Itoa(1 + g.IntN(1<<(1+g.IntN(13)))) }
	return g.some(1, "", func() string { return "w=" + side() }) + "&" +
		g.some(1, "", func() string { return "h=" + side() }) + "&" +
		g.some(1, "", func() string { return fmt.Sprintf("dpr=%d.%02d", g.IntN(8), g.IntN(100)) })
}

// easy is a request of which only the signature may be wrong, usually.
func (g generator) easy(s sample) sample {
	if g.IntN(8) > 0 {
		s.Method, s.Query = "", g.some(3, "&", func() string { return g.pick("w=300", "h=2", "x=1", "é=1", "auto=format", "S=1") })
	}
	if g.IntN(8) > 0 {
		s.URI = g.pick("/rose.jpg", "/a%20b.jpg", "/caf\u00e9.jpg", "/장미/-/🌹.jpg")
	}
	return s
}

// signed returns the query of a sample signed, well in half of the cases.
func (g generator) signed(u suite, s sample) string {
	id := g.pick(u.Keys[0], u.Keys[0], u.Keys[0], u.Keys[1], u.Keys[1], u.Keys[2], "other", g.pick("", "constructor"))
	query := s.Query + "&kid=" + id
	if s.Query == "" {
		query = g.pick("", "x&", "&", "s=1&") + "kid=" + id
	}
	if g.IntN(2) == 0 {
		query += g.pick("&expires=9999999999", "&expires=9999999999", "&expires=1", "&expires="+g.number(), "&expires=99999999999",
			"&expires=", "&expires", "&expires=4e9", "&expires=%39999999999", "&expires=9999999999&expires=1", "&kid="+u.Keys[1], "&KID=x", "&s=")
	}
	query = signed(s.URI, query, u.Store[signature.StoreKey(id)])
	if g.IntN(4) > 0 {
		return query
	}
	return g.pick(query+"&w=1", query+"=", query+"&", query+"%3D", query[:len(query)-1], query[:len(query)-43], "w=2&"+query, query+query,
		strings.ToUpper(query), strings.ToLower(query), strings.Replace(query, "&s=", "&%73=", 1), strings.Replace(query, "kid=", "k%69d=", 1),
		query+"&s="+strings.Repeat("A", 43), query+strings.Repeat("&kid="+id, g.IntN(45)), s.Query, "s="+strings.Repeat("A", 43))
}

// signed signs a query that ends in its kid, or should.
func signed(uri, query, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(uri + "?" + query))
	return query + "&s=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (g generator) key() string {
	key := g.pick("a", "장", "%EC") + g.some(5, "", func() string {
		return g.pick("a", "B", "7", ".", "-", "_", "~", " ", "+", "%20", "%2B", "%2b", "%25", "%252F", "(", ")", "'", "!", "*", "\"", "=", ",",
			"&", "%3F", "%23", "\\", "[", "|", "é", "e\u0301", "%C3%A9", "장미", "%EC%9E%A5", "🌹", "%F0%9F%8C%B9", "/b", "/-/c", "/-/w=1", "%2Fd",
			"/e", "/.f", "\u00a0", "\u2028", g.pick("/", "/../g", "%2e%2e", "%", "%F", "%FF", "%00", "%C2%85", "%EF%BF%BF", "//h", "/-/"))
	})
	if g.IntN(20) == 0 {
		key += strings.Repeat(g.pick("x", "%20", "장", "/y"), 1010/3+g.IntN(700))
	}
	return key
}

func (g generator) parameter() string {
	names := strings.Fields("w h dpr fit crop ar rect bg fm q lossless auto rot flip orient blur sharp")
	name := g.pick(names...)
	switch g.IntN(20) {
	case 0:
		return g.pick("utm=1", "W=1", "%77=1", "=", "", "__proto__=1", "constructor", "ixlib=js-3.8.0", "ww=1", "w number=1")
	case 1:
		return name + "=" + g.some(4, "", g.scrap)
	}
	return name + "=" + g.value(name)
}

func (g generator) scrap() string {
	return g.pick("1", "0", ".", "-", ",", ":", "_", "|", "a", "F", "top", "clip", "format", "%2C", "%3A", "%7C", "+", "%20", "%0A", "%", "\u212a", "é", "=")
}

// value is usually a good one.
func (g generator) value(name string) string {
	switch name {
	case "fit":
		return g.pick("clip", "crop", "Clamp", "fill", "max", "min", "scale", "cut")
	case "crop":
		return g.pick("top", "left", "center") + g.some(2, "", func() string { return g.pick(",", "%2C") + g.pick("top", "ENTROPY", "attention", "right") })
	case "ar":
		return g.number() + g.pick(":", "%3A") + g.pick("1", "2.50", "0003")
	case "rect":
		return g.pick("0,0,1,1", "10%2C20,30,40", "1,2,3", "1,2,0,4", "0.5,01,100.99,7")
	case "bg":
		return g.pick("fff", "F0A8", "80ff0000", "ABCDEF", "red", "Rebeccapurple", "blurple", "12345")
	case "fm":
		return g.pick("jpg", "pjpg", "PNG", "webp", "avif", "gif", "json", "exe")
	case "lossless":
		return g.pick("0", "1", "true", "False", "yes")
	case "auto":
		return g.pick("format", "compress", "format,compress", "compress%2CFORMAT", "avif")
	case "flip":
		return g.pick("h", "v", "HV", "vh")
	}
	return g.number()
}

func (g generator) number() string {
	return g.pick("", "", "", "0", "00", "-") + g.pick("1", "7", "10", "90", "359", "8192", "0", "100") + g.pick("", "", "", "", ".5", ".0", ".999", ".0000001", "%30")
}

func (g generator) mediaRange() string {
	return g.pick("image/avif", "image/webp", "image/webp", "Image/AVIF", "image/png", "image/*", "*/*", "text/html", "image/", "\u0130mage/avif") +
		g.pick("", "", "", ";q=0.8", "; q=0.80", ";q=0", ";q=1.0", ";q=0.5", ";v=1;q=0.3", ";q=x", ";q=.5", ";q=0.0001")
}
