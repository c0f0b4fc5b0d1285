package engine

import (
	"strconv"
	"strings"
)

// typeface is a style of letters.
type typeface struct {
	family       string
	bold, italic bool
}

// typefaceOf returns the one of the service's own that comes closest to a
// font's name, which may be any.
func typefaceOf(name string) typeface {
	name = strings.ToLower(name)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
	f := typeface{"Noto Sans", has("bold", "black", "heavy"), has("italic", "oblique")}
	switch {
	case has("mono", "courier", "menlo", "consolas"):
		f.family = "Noto Sans Mono"
	case has("sans"):
	case has("serif", "times", "georgia", "garamond", "baskerville", "palatino", "didot", "bodoni", "caslon", "cochin"):
		f.family = "Noto Serif"
	}
	return f
}

// description is Pango's name of a typeface at a size in pixels.
func (f typeface) description(size float64) string {
	words := []string{f.family}
	if f.bold {
		words = append(words, "Bold")
	}
	if f.italic {
		words = append(words, "Italic")
	}
	return strings.Join(append(words, strconv.FormatFloat(size, 'f', 3, 64)+"px"), " ")
}
