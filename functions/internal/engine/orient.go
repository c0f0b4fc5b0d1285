package engine

import (
	"math"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// orient turns the frame as the plan says.
func orient(f *frame) error {
	if f.plan.orientation == 1 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	if err := f.image.Set("orientation", f.plan.orientation); err != nil {
		return err
	}
	return f.image.Apply("autorot", nil)
}

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
	sin, cos := math.Sincos(float64(f.values.Rot) * math.Pi / 180)
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

// flip mirrors the frame.
func flip(f *frame) error {
	for axis, direction := range map[options.Flip]string{options.FlipHorizontal: "horizontal", options.FlipVertical: "vertical"} {
		if f.values.Flip&axis == 0 {
			continue
		}
		if err := f.render(); err != nil {
			return err
		}
		if err := f.image.Apply("flip", vips.Args{"direction": direction}); err != nil {
			return err
		}
	}
	return nil
}
