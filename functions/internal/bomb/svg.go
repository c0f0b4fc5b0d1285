package bomb

import (
	"fmt"
	"strings"
)

// SVG wraps elements into a drawing of 100 px.
func SVG(elements string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100">%s</svg>`, elements)
}

// Laughs are entities that each repeat the one before tenfold.
func Laughs(levels int) []byte {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE svg [<!ENTITY l0 "lol">`)
	for i := range levels {
		fmt.Fprintf(&b, `<!ENTITY l%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&l%d;", i), 10))
	}
	fmt.Fprintf(&b, `]><svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><text y="50">&l%d;</text></svg>`, levels)
	return []byte(b.String())
}

// Uses are groups that each use the one before tenfold.
func Uses(levels int) []byte {
	var b strings.Builder
	b.WriteString(`<g id="u0"><rect width="9" height="9"/></g>`)
	for i := range levels {
		fmt.Fprintf(&b, `<g id="u%d">%s</g>`, i+1, strings.Repeat(fmt.Sprintf(`<use xlink:href="#u%d" x="1"/>`, i), 10))
	}
	return SVG(b.String())
}

// Nested are so many groups inside of each other.
func Nested(levels int) []byte {
	return SVG(strings.Repeat(`<g opacity=".9">`, levels) + `<rect width="9" height="9"/>` + strings.Repeat("</g>", levels))
}

// Filters are so many wide blurs after each other, of a region that is many
// times the drawing.
func Filters(n int) []byte {
	return SVG(`<filter id="f" x="-500%" y="-500%" width="1100%" height="1100%">` +
		strings.Repeat(`<feGaussianBlur stdDeviation="99"/><feTurbulence baseFrequency=".9" numOctaves="9"/>`, n) +
		`</filter><rect width="100" height="100" filter="url(#f)"/>`)
}

// Patterns are patterns of patterns, each drawn many times in the one that
// uses it.
func Patterns(levels int) []byte {
	var b strings.Builder
	fill := "red"
	for i := range levels {
		fmt.Fprintf(&b, `<pattern id="p%d" width=".01" height=".01"><rect width="100" height="100" fill="%s"/></pattern>`, i, fill)
		fill = fmt.Sprintf("url(#p%d)", i)
	}
	fmt.Fprintf(&b, `<rect width="100" height="100" fill="%s"/>`, fill)
	return SVG(b.String())
}
