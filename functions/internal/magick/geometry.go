package magick

import (
	"math"
	"strconv"
	"strings"
)

// geometry is ImageMagick's size and offset: WxH, W, xH, a percentage W%,
// W%xH% or an area A@, then flags, then an offset +X+Y whose signs are free.
type geometry struct {
	width, height float64 // px, or percent, or width is an area in px; 0 if absent
	x, y          int     // px
	offset        bool    // x and y were given
	percent       bool    // %: of the image's own size
	area          bool    // @: at most so many pixels in all, ratio kept
	exact         bool    // !: ratio ignored
	fill          bool    // ^: the box is the least size, not the greatest
	onlyShrink    bool    // >
	onlyEnlarge   bool    // <
}

// Limits of a geometry's numbers.
const (
	maxSide    = 65_535      // px, the longest side that a JPEG has
	maxPercent = 10_000      // a hundred times as wide
	maxArea    = 100_000_000 // px
)

// parseGeometry parses text, of which ok says whether it is a geometry.
func parseGeometry(text string) (g geometry, ok bool) {
	width, rest := cutNumber(text)
	sized := rest != text
	rest = g.cutFlags(rest)
	g.width = width
	if after, found := cutX(rest); found {
		height, tail := cutNumber(after)
		if tail == after && !sized {
			return g, false // a lone x
		}
		g.height, sized = height, true
		rest = g.cutFlags(tail)
	} else if g.percent {
		g.height = g.width // one percentage is of both sides
	}
	rest, ok = g.cutOffset(rest)
	return g, ok && sized && rest == "" && g.inRange()
}

// cutX cuts the x that divides width and height.
func cutX(text string) (string, bool) {
	if text != "" && (text[0] == 'x' || text[0] == 'X') {
		return text[1:], true
	}
	return text, false
}

// cutFlags sets the flags that text begins with and returns the rest.
func (g *geometry) cutFlags(text string) string {
	flags := map[byte]*bool{
		'%': &g.percent, '@': &g.area, '!': &g.exact, '^': &g.fill, '>': &g.onlyShrink, '<': &g.onlyEnlarge,
	}
	for text != "" {
		flag, known := flags[text[0]]
		if !known {
			break
		}
		*flag, text = true, text[1:]
	}
	return text
}

// cutOffset reads the offset, if any, that text begins with.
func (g *geometry) cutOffset(text string) (rest string, ok bool) {
	if text == "" {
		return "", true
	}
	xs, ys, ok := cutSecondSign(text)
	if !ok {
		return text, false
	}
	var errX, errY error
	g.x, errX = strconv.Atoi(xs)
	g.y, errY = strconv.Atoi(ys)
	g.offset = true
	return "", errX == nil && errY == nil
}

// cutSecondSign divides two signed numbers.
func cutSecondSign(text string) (first, second string, ok bool) {
	if text[0] != '+' && text[0] != '-' {
		return "", "", false
	}
	at := strings.IndexAny(text[1:], "+-") + 1
	return text[:at], text[at:], at > 0
}

func (g *geometry) inRange() bool {
	most := float64(maxSide)
	switch {
	case g.percent && g.area:
		return false
	case g.percent:
		most = maxPercent
	case g.area:
		return g.height == 0 && 1 <= g.width && g.width <= maxArea && inOffset(g.x) && inOffset(g.y)
	}
	return g.width <= most && g.height <= most && inOffset(g.x) && inOffset(g.y)
}

func inOffset(n int) bool { return -maxSide <= n && n <= maxSide }

// of returns the size that g makes of a w×h image, by the rules of
// ImageMagick's resize geometry: rounded half up, never less than 1 px.
func (g *geometry) of(w, h int) (int, int) {
	width, height := g.scaled(float64(w), float64(h))
	if g.onlyShrink {
		width, height = math.Min(width, float64(w)), math.Min(height, float64(h))
	}
	if g.onlyEnlarge {
		width, height = math.Max(width, float64(w)), math.Max(height, float64(h))
	}
	return int(math.Max(width, 1)), int(math.Max(height, 1))
}

func (g *geometry) scaled(w, h float64) (width, height float64) {
	switch {
	case g.area:
		scale := math.Sqrt(g.width / (w * h))
		return math.Floor(w * scale), math.Floor(h * scale)
	case g.percent:
		return round(w * or(g.width, 100) / 100), round(h * or(g.height, 100) / 100)
	case g.exact:
		return round(or(g.width, w)), round(or(g.height, h))
	}
	scale := g.scale(w, h)
	return round(w * scale), round(h * scale)
}

// scale returns the factor that makes w×h fit the box, or fill it. The box
// is measured in whole pixels.
func (g *geometry) scale(w, h float64) float64 {
	byWidth, byHeight := round(g.width)/w, round(g.height)/h
	switch {
	case g.height == 0 && g.fill:
		return math.Max(byWidth, round(g.width)/h)
	case g.width == 0 && g.fill:
		return math.Max(byHeight, round(g.height)/w)
	case g.height == 0:
		return byWidth
	case g.width == 0:
		return byHeight
	case g.fill:
		return math.Max(byWidth, byHeight)
	}
	return math.Min(byWidth, byHeight)
}

func round(n float64) float64 { return math.Floor(n + 0.5) }

// or returns n, or what stands in where it is absent.
func or(n, absent float64) float64 {
	if n == 0 {
		return absent
	}
	return n
}
