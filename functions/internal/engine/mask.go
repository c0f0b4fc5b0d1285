package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// mask keeps of the picture what a shape or an image covers.
func mask(f *frame) error {
	if f.values.Mask.By.None() {
		return nil
	}
	if err := f.render(); err != nil { // its pixels are read twice
		return err
	}
	w := &workings{}
	covered := f.cover(w)
	around := f.values.Mask.BG
	if !f.to.HasAlpha() {
		around = onWhite(around)
	}
	return w.finish(f.image, w.within(f.image, covered, around))
}

// within returns what is covered of an image, by 0 to 255, and the colour of
// what is around, if there is one, in the place of the rest: to the last of 255
// parts, so that nothing shines through the edges.
func (w *workings) within(img, covered *vips.Image, around options.Color) *vips.Image {
	covered = w.bytes(covered)
	if w.err != nil {
		return nil
	}
	alpha := covered
	if img.HasAlpha() {
		alpha = w.bytes(w.linear(w.with(covered, "multiply", w.bands(img, 3, 1)), 1.0/255, 0))
	}
	result := w.join(w.bands(img, 0, 3), alpha)
	if !around.Set || around.A == 0 {
		return result
	}
	rest := w.linear(covered, -float64(around.A)/255, float64(around.A))
	ground := w.join(w.paint(around, sizeOf(img)), w.bytes(rest))
	result = w.new("composite2", vips.Args{"base": ground, "overlay": result, "mode": "add"})
	if around.A == 255 && !img.HasAlpha() {
		return w.bands(result, 0, 3)
	}
	return result
}

// cover returns how much of each pixel stays, from 0 to 255.
func (f *frame) cover(w *workings) *vips.Image {
	m, s := f.values.Mask, f.size()
	switch m.By.Word {
	case "ellipse":
		return w.linear(w.ellipse(s), 255, 0)
	case "corners":
		radii := [4]float64{}
		for i := range radii {
			radii[i] = float64(min(s.w, s.h)) / 5 // as imgix has it
		}
		if m.Radius.Set {
			radii = f.radii(m.Radius)
		}
		return w.linear(w.covered(s, s.all(), radii), 255, 0)
	}
	shape := options.Options{}.Values()
	shape.Fit, shape.W, shape.H = options.FitScale, options.Length{Px: s.w}, options.Length{Px: s.h}
	laid, err := f.original.layers["mask"].once(shape, func(*overlay) error { return nil })
	if err != nil {
		w.err = err
		return nil
	}
	// By its light and its opacity: what is white and opaque stays.
	light := w.with(w.luma(laid.Image), "multiply", w.bands(laid.Image, 3, 1))
	return w.linear(light, 1.0/255, 0)
}

// ellipse returns how much of each pixel, 0 to 1, the ellipse covers that
// touches the sides of a picture.
//
// How far a point is from the edge is told by the ellipse's equation and how
// steep that is there, which is exact enough within a pixel of the edge (G.
// Taubin, Distance approximations for rasterizing implicit curves, 1994).
func (w *workings) ellipse(s size) *vips.Image {
	rx, ry := float64(s.w)/2, float64(s.h)/2
	at := w.of(w.coordinates(s), "linear", vips.Args{"a": []float64{1 / rx, 1 / ry}, "b": []float64{0.5/rx - 1, 0.5/ry - 1}}) // -1 to 1
	squares := w.with(at, "multiply", at)
	value := w.linear(w.mix(squares, []float64{1, 1}), 1, -1)
	steep := w.root(w.mix(squares, []float64{4 / (rx * rx), 4 / (ry * ry)}))
	distance := w.with(value, "divide", w.linear(steep, 1, 1e-9)) // in the middle it is not steep at all
	return w.unit(w.linear(distance, -1, 0.5))
}
