package engine

import (
	"math"

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
	if err := fadeTo(ink.Image, color.A); err != nil {
		return err
	}
	if line > 0 {
		if err := widen(mask, line); err != nil {
			return err
		}
		edge := t.LineColor
		if !edge.Set {
			edge = options.Color{R: 255, G: 255, B: 255, A: 255, Set: true}
		}
		if err := underlay(ink.Image, stencil(mask, edge)); err != nil {
			return err
		}
	}
	if shadow > 0 {
		offset := int(math.Round(shadowOffset * shadow))
		if err := chain(mask, operation{"wrap", vips.Args{"x": offset, "y": offset}}); err != nil {
			return err
		}
		if err := spread(mask, shadowSigma*shadow); err != nil {
			return err
		}
		return underlay(ink.Image, stencil(mask, shadowColor))
	}
	return nil
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

// fadeTo makes an image with transparency as opaque as a colour.
func fadeTo(img *vips.Image, alpha uint8) error {
	if alpha == 255 {
		return nil
	}
	return chain(img,
		operation{"linear", vips.Args{"a": []float64{1, 1, 1, float64(alpha) / 255}, "b": []float64{0, 0, 0, 0.5}, "uchar": true}},
		operation{"copy", vips.Args{"interpretation": "srgb"}},
	)
}

// stencil is a ground of one colour where the mask is.
func stencil(mask *vips.Image, color options.Color) ground {
	return func(s size) (*vips.Image, error) {
		opaque := color
		opaque.A = 255
		made, err := plain(opaque)(s)
		defer made.Close()
		if err != nil {
			return nil, err
		}
		if err := made.Apply("extract_band", vips.Args{"band": 0, "n": 3}); err != nil {
			return nil, err
		}
		faded, err := mask.With("linear", vips.Args{"a": []float64{float64(color.A) / 255}, "b": []float64{0.5}, "uchar": true})
		if err != nil {
			return nil, err
		}
		defer faded.Close()
		return vips.New("bandjoin", vips.Args{"in": []*vips.Image{made, faded}})
	}
}
