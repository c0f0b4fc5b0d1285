package engine

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
