package engine

import (
	"math"

	"primrose/functions/internal/vips"
)

// rotate turns the picture within its frame, counter-clockwise, and enlarges
// it until it covers the frame again: that is how imgix straightens a tilted
// horizon.
func rotate(f *frame) error {
	if f.values.Rot == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	w, h := float64(f.image.Width()), float64(f.image.Height())
	sin, cos := math.Sincos(f.values.Rot * math.Pi / 180)
	zoom := max((w*math.Abs(cos)+h*math.Abs(sin))/w, (w*math.Abs(sin)+h*math.Abs(cos))/h)
	sin, cos = sin*zoom, cos*zoom
	return premultiplied(f.image, func() error {
		return f.image.Apply("affine", vips.Args{
			"matrix":        []float64{cos, sin, -sin, cos}, // y points down
			"idx":           -(w - 1) / 2,
			"idy":           -(h - 1) / 2,
			"odx":           (w - 1) / 2,
			"ody":           (h - 1) / 2,
			"oarea":         []int{0, 0, int(w), int(h)},
			"interpolate":   "bicubic",
			"extend":        "copy",
			"premultiplied": true,
		})
	})
}
