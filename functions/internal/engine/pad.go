package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// sides resolves what all sides have and what some have instead, at so many
// pixels of the result a pixel.
func sides(all int, top, right, bottom, left *int, scale float64) margins {
	side := func(own *int) int {
		n := all
		if own != nil {
			n = *own
		}
		return int(math.Round(float64(n) * scale))
	}
	return margins{side(top), side(right), side(bottom), side(left)}
}

// paddingOf returns the room around the picture.
func paddingOf(p options.Pad, scale float64) margins {
	return sides(p.All, p.Top, p.Right, p.Bottom, p.Left, scale)
}

// pad puts room around the picture, of bg, else transparent, else white.
func pad(f *frame) error {
	around := f.plan.padding
	if around == (margins{}) {
		return nil
	}
	all := f.size().with(around)
	return f.surround(rect{around.left, around.top, all.w, all.h}, f.values.BG)
}
