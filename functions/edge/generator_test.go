package edge

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
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
		Query:  g.some(4, "&", g.parameter),
		Accept: g.some(5, g.pick(",", ", "), g.mediaRange),
	}
	if u.Widths != nil {
		s.Query = g.some(1, "", g.parameter) + "&" + g.size()
	}
	if u.Keys != nil || u.Imgix {
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
	ids := slices.Concat(slices.Repeat(u.Keys[:min(1, len(u.Keys))], 5), u.Keys, []string{g.pick("other", "", "constructor", signature.Imgix)})
	id, query := g.pick(ids...), s.Query
	if u.Imgix && g.IntN(5) > len(u.Keys) {
		id = signature.Imgix
	} else if query += "&kid=" + id; s.Query == "" {
		query = g.pick("", "x&", "&", "s=1&") + "kid=" + id
	}
	if g.IntN(2) == 0 {
		query += g.pick("&expires=9999999999", "&expires=9999999999", "&expires=1", "&expires="+g.number("0..9999999999"), "&expires=99999999999",
			"&expires=", "&expires", "&expires=4e9", "&expires=%39999999999", "&expires=9999999999&expires=1", "&kid="+g.pick(ids...), "&KID=x", "&s=")
	}
	secret := u.Store[signature.StoreKey(id)]
	if id == signature.Imgix && !strings.Contains(query, "kid=") {
		query = signedByImgix(s.URI, query, secret)
	} else {
		query = signed(s.URI, query, secret)
	}
	if g.IntN(5) > 0 {
		return query
	}
	return g.pick(query+"&w=1", query+"=", query+"&", query+"%3D", query[:len(query)-1], query[:max(len(query)-43, 0)], "w=2&"+query, query+query,
		strings.ToUpper(query), strings.ToLower(query), strings.Replace(query, "&s=", "&%73=", 1), strings.Replace(query, "kid=", "k%69d=", 1),
		query+"&s="+strings.Repeat("A", 43), query+strings.Repeat("&kid="+id, g.IntN(45)), s.Query, "s="+strings.Repeat("A", 43))
}

// signed signs a query that ends in its kid, or should.
func signed(uri, query, secret string) string {
	return query + "&s=" + mac(uri+"?"+query, secret)
}

func mac(text, secret string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// signedByImgix signs a query as imgix's client libraries do.
func signedByImgix(uri, query, token string) string {
	separator := "?"
	if query != "" {
		uri, separator = uri+"?"+query, "&"
	}
	_, query, _ = strings.Cut(fmt.Sprintf("%s%ss=%x", uri, separator, md5.Sum([]byte(token+uri))), "?")
	return query
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

// parameter is usually a good one, of any option of the table.
func (g generator) parameter() string {
	o := table[g.IntN(len(table))]
	switch g.IntN(20) {
	case 0:
		return g.pick("utm=1", "W=1", "%77=1", "=", "", "__proto__=1", "constructor", "ixlib=js-3.8.0", "ww=1", "64=1", "0..100&px=1", "w64", "value=1",
			"preset=thumb", "preset=thumb", "preset=tall", "preset=", "preset=none", "preset=__proto__")
	case 1:
		return o.name + g.pick("", "64") + "=" + g.some(4, "", g.scrap)
	}
	value := g.value(o)
	if text, err := url.QueryUnescape(value); err == nil && g.IntN(6) == 0 {
		return o.name + "64=" + base64.RawURLEncoding.EncodeToString([]byte(text)) + g.some(g.IntN(2)*g.IntN(2), "", g.scrap)
	}
	return o.name + "=" + value
}

func (g generator) scrap() string {
	return g.pick("1", "0", ".", "-", ",", ":", "_", "|", "a", "F", "top", "clip", "format", "%2C", "%3A", "%7C", "+", "%20", "%0A", "%", "\u212a", "é", "=",
		"%00", "%7F", "%C2%85", "%FF", "%EF%BF%BD", "<color>", "Lw", "L2E", "/", "77-9", "_w")
}

// value is usually a good one.
func (g generator) value(o option) string {
	switch o.kind {
	case "value":
		return g.places(o.span)
	case "corners":
		return g.pick(g.number(o.span), strings.Join([]string{g.number(o.span), g.number(o.span), g.number(o.span), g.number(o.span)}, g.pick(",", "%2C")), "1,2", "1,2,3,4,5")
	case "list":
		words := strings.Split(o.span, "|")
		return g.word(words) + g.some(2, "", func() string { return g.pick(",", "%2C") + g.word(words) })
	case "flag":
		return g.pick("0", "1", "true", "False", "yes")
	case "text":
		return g.some(5, g.pick("", "+", "%0A"), func() string {
			return g.pick("Rose", "장미", "%EC%9E%A5", "🌹", "%F0%9F%8C%B9", "<b>", "%26amp;", "\u202e", "e\u0301", "_", "A1", "%25", strings.Repeat("x", g.IntN(250)), strings.Repeat("장", g.IntN(80)))
		})
	case "path":
		return g.pick(g.alternative(o.span), g.alternative(o.span), "%2F"+g.key(), "/"+g.key(), g.key(), "/red", "Red", "ELLIPSE", "https%3A%2F%2Fx%2Fy")
	}
	panic(o.kind)
}

// word is one of them as it may be written.
func (g generator) word(words []string) string {
	word := g.pick(words...)
	return g.pick(word, word, word, strings.ToUpper(word), strings.ToUpper(word[:1])+word[1:])
}

// places are values of a range's.
func (g generator) places(span string) string {
	separator := ","
	if strings.Contains(span, ":") {
		separator = ":"
	}
	places := strings.Split(span, separator)
	for i, place := range places {
		places[i] = g.alternative(place)
	}
	if g.IntN(20) == 0 {
		places = append(places, "1")
	}
	return strings.Join(places, g.pick(separator, url.QueryEscape(separator)))
}

func (g generator) alternative(span string) string {
	switch one := g.pick(strings.Split(span, "|")...); {
	case strings.Contains(one, ".."):
		return g.number(one)
	case one == "<color>":
		return g.pick("fff", "F0A8", "80ff0000", "ABCDEF", "red", "Rebeccapurple", "ABCDEF", "808080", "blurple", "12345")
	default:
		return g.word([]string{one})
	}
}

// number is usually in the range from..to.
func (g generator) number(span string) string {
	from, to, _ := strings.Cut(span, "..")
	low, high := number(from), number(to)
	between := strconv.FormatFloat(low+(high-low)*g.Float64(), 'f', g.IntN(5), 64)
	text := g.pick(from, to, between, between, between, between, between, between, between, "0", "-0", "1", to+".5", to+"0", "-"+to, "1e1")
	if strings.HasPrefix(text, "-") {
		return text
	}
	return g.pick("", "", "", "0", "00") + text
}

func (g generator) mediaRange() string {
	return g.pick("image/avif", "image/webp", "image/webp", "Image/AVIF", "image/png", "image/*", "*/*", "text/html", "image/", "\u0130mage/avif") +
		g.pick("", "", "", ";q=0.8", "; q=0.80", ";q=0", ";q=1.0", ";q=0.5", ";v=1;q=0.3", ";q=x", ";q=.5", ";q=0.0001")
}
