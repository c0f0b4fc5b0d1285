package engine

import (
	"math"

	"primrose/functions/internal/vips"
)

// size is in pixels; with no side at all it is none.
type size struct{ w, h int }

func sizeOf(img *vips.Image) size { return size{img.Width(), img.Height()} }

func (s size) none() bool { return s == size{} }

func (s size) pixels() int64 { return int64(s.w) * int64(s.h) }

// times returns the size scaled, at least 1 px a side.
func (s size) times(f float64) size { return rounded(boxAround(s).times(f)) }

func (s size) atMost(o size) size { return size{min(s.w, o.w), min(s.h, o.h)} }

func (s size) atLeast(o size) size { return size{max(s.w, o.w), max(s.h, o.h)} }

// all is the rectangle that a picture of that size fills.
func (s size) all() rect { return rect{0, 0, s.w, s.h} }

// rect is a part of an image; with a side of 0 it is none.
type rect struct{ x, y, w, h int }

func (r rect) size() size { return size{r.w, r.h} }

func (r rect) none() bool { return r.w <= 0 || r.h <= 0 }

// area tells extract_area to take the rectangle out of an image.
func (r rect) area() vips.Args {
	return vips.Args{"left": r.x, "top": r.y, "width": r.w, "height": r.h}
}

// union is the smallest rectangle around both.
func (r rect) union(o rect) rect {
	switch {
	case r.none():
		return o
	case o.none():
		return r
	}
	x, y := min(r.x, o.x), min(r.y, o.y)
	return rect{x, y, max(r.x+r.w, o.x+o.w) - x, max(r.y+r.h, o.y+o.h) - y}
}

// intersect is what lies in both; it may be none.
func (r rect) intersect(o rect) rect {
	x, y := max(r.x, o.x), max(r.y, o.y)
	return rect{x, y, min(r.x+r.w, o.x+o.w) - x, min(r.y+r.h, o.y+o.h) - y}
}

// grown is the rectangle with n more pixels at each side.
func (r rect) grown(n int) rect { return rect{r.x - n, r.y - n, r.w + 2*n, r.h + 2*n} }

// box is a size before rounding. A side of 0 is free.
type box struct{ w, h float64 }

func boxAround(s size) box { return box{float64(s.w), float64(s.h)} }

func (b box) none() bool { return b == box{} }

func (b box) times(f float64) box { return box{b.w * f, b.h * f} }

func rounded(b box) size {
	return size{max(1, int(math.Round(b.w))), max(1, int(math.Round(b.h)))}
}

// margins are widths along the four sides of a picture, in pixels.
type margins struct{ top, right, bottom, left int }

// with returns a size with margins around it.
func (s size) with(m margins) size { return size{s.w + m.left + m.right, s.h + m.top + m.bottom} }

// without returns the box that margins leave of one, at least 1 px if it had that
// much. What is free stays free.
func (b box) without(m margins) box {
	return box{
		max(min(1, b.w), b.w-float64(m.left+m.right)),
		max(min(1, b.h), b.h-float64(m.top+m.bottom)),
	}
}
