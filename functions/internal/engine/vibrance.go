package engine

// vibrance strengthens or weakens colours, and weak ones more than strong ones:
// a colour's distance from grey is multiplied by 1 + vib/100 × (1 - s), where s
// is how strong it is already, from 0 for grey to 1: the difference of its
// largest and its smallest channel.
func vibrance(f *frame) error {
	by := float64(f.values.Adjust.Vibrance) / 100
	if by == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	w := &workings{}
	colors := w.bands(f.image, 0, 3)
	factor := w.linear(w.sat(colors), -by/255, 1+by)
	grey := w.luma(colors)
	stronger := w.with(w.with(colors, "subtract", grey), "multiply", factor)
	return w.finish(f.image, w.recolored(f.image, w.with(stronger, "add", grey)))
}
