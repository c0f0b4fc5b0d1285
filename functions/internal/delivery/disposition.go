package delivery

import (
	"strings"
	"unicode"
)

// disposition has a browser save the answer under a name, as RFC 6266 spells
// it; "" asks for none. Browsers that know UTF-8 take the second form. What a
// name may not hold is replaced: controls would end the header, slashes lead
// into other folders, and characters that turn the direction of writing make an
// ending look like another.
func disposition(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '/', r == '\\', unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return '_'
		}
		return r
	}, name))
	if name == "" {
		return ""
	}
	plain := strings.Map(func(r rune) rune {
		if r > '~' || r == '"' || r == '%' { // some browsers decode percents even here
			return '_'
		}
		return r
	}, name)
	header := `attachment; filename="` + plain + `"`
	if plain != name {
		header += "; filename*=UTF-8''" + percentEncode(name)
	}
	return header
}

// percentEncode encodes all but what RFC 8187, section 3.2.1, calls attr-char.
func percentEncode(text string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		alphanumeric := '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		if alphanumeric || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
