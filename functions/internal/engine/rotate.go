package engine

import (
	"math"

	"primrose/functions/internal/vips"
)

// rotate turns the picture counter-clockwise. Within its frame, it is enlarged
// until it covers that again: so imgix straightens a tilted horizon. As a pivot,
// all of it stays, and what it does not cover of the larger frame is transparent.
func rotate(f *frame) error {
	if f.values.Rot == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	from := f.size()
	to, zoom, beyond := f.plan.turned, 1.0, "background"
	if to.none() {
		to, zoom, beyond = from, cover(from, f.values.Rot), "copy"
	} else if err := addAlpha(f.image); err != nil {
		return err
	}
	sin, cos := turn(f.values.Rot)
	sin, cos = sin*zoom, cos*zoom
	return premultiplied(f.image, func() error {
		return f.image.Apply("affine", vips.Args{
			"matrix":        []float64{cos, sin, -sin, cos}, // y points down
			"idx":           -float64(from.w-1) / 2,
			"idy":           -float64(from.h-1) / 2,
			"odx":           float64(to.w-1) / 2,
			"ody":           float64(to.h-1) / 2,
			"oarea":         []int{0, 0, to.w, to.h},
			"interpolate":   "bicubic",
			"extend":        beyond,
			"premultiplied": true,
		})
	})
}

// turn returns sine and cosine of an angle in degrees.
func turn(degrees float64) (sin, cos float64) { return math.Sincos(degrees * math.Pi / 180) }

// turnedBox returns the sides of a rotated frame's surroundings.
func turnedBox(s size, degrees float64) box {
	sin, cos := turn(degrees)
	sin, cos = math.Abs(sin), math.Abs(cos)
	w, h := float64(s.w), float64(s.h)
	return box{w*cos + h*sin, w*sin + h*cos}
}

// boundsOf returns the smallest frame that holds a rotated one, give or take
// the tenth of a pixel that nobody sees.
func boundsOf(s size, degrees float64) size {
	b := turnedBox(s, degrees)
	return size{int(math.Ceil(b.w - 0.1)), int(math.Ceil(b.h - 0.1))}
}

// cover returns how much a rotated picture must be enlarged to cover its frame.
func cover(s size, degrees float64) float64 {
	b := turnedBox(s, degrees)
	return max(b.w/float64(s.w), b.h/float64(s.h))
}
