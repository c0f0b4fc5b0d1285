package engine

import "primrose/functions/internal/vips"

// unsharp is an unsharp mask: the difference from the blurred picture, usm
// hundredths of it, is added to the picture. At -100 the blurred picture is
// what remains. The radius is the blur's standard deviation.
func unsharp(f *frame) error {
	a := f.values.Adjust
	sigma := f.values.DPR * a.Radius
	if a.Unsharp == 0 || sigma == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	by := float64(a.Unsharp) / 100
	w := &workings{}
	colors, blurred := w.bands(f.image, 0, 3), w.blurred(f.image, sigma)
	return w.finish(f.image, w.recolored(f.image, w.with(w.linear(colors, 1+by, 0), "subtract", w.linear(blurred, by, 0))))
}

// blurred returns the colours of an image, blurred. What is transparent does
// not count.
func (w *workings) blurred(img *vips.Image, sigma float64) *vips.Image {
	if w.err != nil {
		return nil
	}
	soft := w.keep(img.Copy(), nil)
	if err := premultiplied(soft, func() error { return spread(soft, sigma) }); err != nil {
		w.err = err
	}
	return w.bands(soft, 0, 3)
}
