package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// covered returns how much of each pixel of a picture, 0 to 1, a rectangle in it
// with round corners covers. Radii are in pixels, and at most half of the
// rectangle's shorter side.
func (w *workings) covered(picture size, r rect, radius [4]float64) *vips.Image {
	if r.w <= 0 || r.h <= 0 {
		return w.new("black", vips.Args{"width": picture.w, "height": picture.h})
	}
	most := float64(min(r.w, r.h)) / 2
	for i := range radius {
		radius[i] = min(radius[i], most)
	}
	// The middle of the first pixel is at 0. The distance is negative inside.
	distance := w.new("sdf", vips.Args{
		"width": picture.w, "height": picture.h, "shape": "rounded-box",
		"a":       []float64{float64(r.x) - 0.5, float64(r.y) - 0.5},
		"b":       []float64{float64(r.x+r.w) - 0.5, float64(r.y+r.h) - 0.5},
		"corners": []float64{radius[2], radius[1], radius[3], radius[0]}, // libvips' y points up here
	})
	return w.unit(w.linear(distance, -1, 0.5))
}

// radii returns radii in pixels of the result, from the top left corner on and
// clockwise.
func (f *frame) radii(c options.Corners) [4]float64 {
	px := func(n int) float64 { return f.values.DPR * float64(n) }
	return [4]float64{px(c.TopLeft), px(c.TopRight), px(c.BottomRight), px(c.BottomLeft)}
}
