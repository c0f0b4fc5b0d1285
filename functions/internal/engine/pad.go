package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// edges are lengths along the four sides of a picture, in pixels.
type edges struct{ top, right, bottom, left int }

// with returns a size with edges around it.
func (s size) with(e edges) size { return size{s.w + e.left + e.right, s.h + e.top + e.bottom} }

// without returns the box that edges leave of one, at least 1 px if it had that
// much. What is free stays free.
func (b box) without(e edges) box {
	return box{
		max(min(1, b.w), b.w-float64(e.left+e.right)),
		max(min(1, b.h), b.h-float64(e.top+e.bottom)),
	}
}

// sides resolves what all sides have and what some have instead, at so many
// pixels of the result a pixel.
func sides(all int, top, right, bottom, left *int, scale float64) edges {
	side := func(own *int) int {
		n := all
		if own != nil {
			n = *own
		}
		return int(math.Round(float64(n) * scale))
	}
	return edges{side(top), side(right), side(bottom), side(left)}
}

// paddingOf returns the room around the picture.
func paddingOf(p options.Pad, scale float64) edges {
	return sides(p.All, p.Top, p.Right, p.Bottom, p.Left, scale)
}

// pad puts room around the picture, of bg, else transparent, else white.
func pad(f *frame) error {
	around := f.plan.padding
	if around == (edges{}) {
		return nil
	}
	all := size{f.image.Width(), f.image.Height()}.with(around)
	return f.surround(rect{around.left, around.top, all.w, all.h}, f.values.BG)
}
