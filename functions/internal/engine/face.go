package engine

import (
	"strconv"
	"strings"
)

// face is a style of letters.
type face struct {
	family       string
	bold, italic bool
}

// faceOf returns the face of the service's own that comes closest to a
// font's name, which may be any.
func faceOf(name string) face {
	name = strings.ToLower(name)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
	f := face{"Noto Sans", has("bold", "black", "heavy"), has("italic", "oblique")}
	switch {
	case has("mono", "courier", "menlo", "consolas"):
		f.family = "Noto Sans Mono"
	case has("sans"):
	case has("serif", "times", "georgia", "garamond", "baskerville", "palatino", "didot", "bodoni", "caslon", "cochin"):
		f.family = "Noto Serif"
	}
	return f
}

// description is Pango's name of a face at a size in pixels.
func (f face) description(size float64) string {
	words := []string{f.family}
	if f.bold {
		words = append(words, "Bold")
	}
	if f.italic {
		words = append(words, "Italic")
	}
	return strings.Join(append(words, strconv.FormatFloat(size, 'f', 3, 64)+"px"), " ")
}
