package engine

import (
	"math"

	"primrose/functions/internal/vips"
)

// finest is the smallest distance of a halftone's dots in pixels: below it,
// pixels can't draw them.
const finest = 3

// halftone draws the picture with black dots on white that lie htn pixels apart
// in rows at 45°, as newspapers print photos: the darker, the larger.
//
// A pixel is black where its luma is less than a screen of hills and valleys
// that turns about the middle from dots on white into dots on black. The edges
// of dots are about a pixel soft.
func halftone(f *frame) error {
	if f.values.Style.Halftone == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	apart := max(finest, f.values.DPR*float64(f.values.Style.Halftone))
	steepness := 2 * apart / math.Pi // of the screen's slopes, against the pixels'
	w := &workings{}
	light := w.linear(w.luma(f.image), 1/255.0, 0)
	// light + steepness × (light - screen): what is black stays so, and white.
	dots := w.with(w.linear(light, 1+steepness, 0), "subtract", w.linear(w.screen(f.size(), apart), steepness, 0))
	grey := w.bytes(w.linear(dots, 255, 0))
	colors := w.new("bandjoin", vips.Args{"in": []*vips.Image{grey, grey, grey}})
	return w.finish(f.image, w.recolored(f.image, colors))
}

// screen returns hills and valleys, 0 to 1, whose tops lie so far apart in
// rows at 45°: 1/2 + (cos 2πu + cos 2πv)/4.
func (w *workings) screen(s size, apart float64) *vips.Image {
	turn := 360 / apart / math.Sqrt2 // degrees a pixel
	angles := w.mix(w.coordinates(s), []float64{turn, turn}, []float64{turn, -turn})
	waves := w.of(angles, "math", vips.Args{"math": "cos"})
	return w.linear(w.mix(waves, []float64{0.25, 0.25}), 1, 0.5)
}
