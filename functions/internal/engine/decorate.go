package engine

import (
	"math"

	"primrose/functions/internal/distance"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// A shadow is black. One of strength 1 lies half a pixel of DPR 1 to the right
// and below, and is blurred by as much. imgix publishes no figures.
var shadowColor = options.Color{A: 192, Set: true}

const (
	shadowOffset = 0.5 // pixels a unit of txt-shad
	shadowSigma  = 0.5 // pixels of standard deviation a unit of txt-shad
)

// decorate makes letters as opaque as their colour is, and puts an outline and a
// shadow behind them.
func (f *frame) decorate(ink *overlay, color options.Color) error {
	t := f.values.Text
	line, shadow := float64(t.Line)*f.values.DPR, t.Shadow*f.values.DPR
	reach := int(math.Ceil(line + (shadowOffset+3*shadowSigma)*shadow))
	if err := f.enclose(ink, reach); err != nil {
		return err
	}
	mask, err := ink.With("extract_band", vips.Args{"band": 3})
	if err != nil {
		return err
	}
	defer mask.Close()
	if err := fade(ink.Image, float64(color.A)/255); err != nil {
		return err
	}
	if line > 0 {
		if err := outline(ink.Image, mask, line, t.LineColor); err != nil {
			return err
		}
	}
	if shadow > 0 {
		return shade(ink.Image, mask, shadow)
	}
	return nil
}

// outline widens the mask and puts it behind the ink, in white if in no other
// colour.
func outline(ink, mask *vips.Image, width float64, color options.Color) error {
	if err := widen(mask, width); err != nil {
		return err
	}
	if !color.Set {
		color = opaque(255, 255, 255)
	}
	return underlay(ink, stencil(mask, color))
}

// widen grows what a mask covers by a radius in pixels.
func widen(mask *vips.Image, radius float64) error {
	cover, err := mask.Pixels()
	if err != nil {
		return err
	}
	distance.Widen(cover, mask.Width(), radius)
	made, err := vips.FromPixels(cover, mask.Width(), mask.Height(), 1)
	if err != nil {
		return err
	}
	mask.Become(made)
	return nil
}

// shade puts a shadow of the mask behind the ink.
func shade(ink, mask *vips.Image, strength float64) error {
	offset := int(math.Round(shadowOffset * strength))
	if err := mask.Apply("wrap", vips.Args{"x": offset, "y": offset}); err != nil {
		return err
	}
	if err := spread(mask, shadowSigma*strength); err != nil {
		return err
	}
	return underlay(ink, stencil(mask, shadowColor))
}

// enclose leaves of the ink what lies on the frame or less than so many pixels
// beside it, and puts as much empty space around.
func (f *frame) enclose(ink *overlay, reach int) error {
	ink.x, ink.y = ink.x+reach, ink.y+reach
	near := f.size()
	if err := ink.clip(size{near.w + 2*reach, near.h + 2*reach}); err != nil {
		return err
	}
	ink.x, ink.y = ink.x-2*reach, ink.y-2*reach
	if err := ink.Apply("embed", vips.Args{"x": reach, "y": reach, "width": ink.Width() + 2*reach, "height": ink.Height() + 2*reach}); err != nil {
		return err
	}
	return ink.Render()
}

// stencil is a ground of one colour where the mask is.
func stencil(mask *vips.Image, color options.Color) ground {
	return func(s size) (*vips.Image, error) {
		w, made := &workings{}, &vips.Image{}
		cover := w.bytes(w.linear(mask, float64(color.A)/255, 0))
		return made, w.finish(made, w.join(w.paint(color, s), cover))
	}
}
