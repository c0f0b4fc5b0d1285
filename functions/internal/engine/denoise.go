package engine

// defaultNoise is what nr and nrs are where only the other is given.
const defaultNoise = 20

// denoise blurs where a pixel differs little from its neighbours, which is
// taken for noise, and sharpens where it differs more, which is taken for an
// edge. That is what imgix tells of nr and nrs; its range and its defaults are
// those of Core Image's CINoiseReduction, times a thousand and times fifty.
//
// The difference is that of luma from a blur of one pixel. Below half of the
// bound nothing of it remains; above one and a half, all and nrs/50 more.
func denoise(f *frame) error {
	a := f.values.Adjust
	if a.Noise == nil && a.NoiseSharp == nil {
		return nil
	}
	bound, gain := level(a.Noise)*255/1000, level(a.NoiseSharp)/50
	if bound == 0 && gain == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	w := &workings{}
	colors, soft := w.bands(f.image, 0, 3), w.blurred(f.image, f.values.DPR)
	detail := w.with(colors, "subtract", soft)
	kept := w.linear(detail, 1+gain, 0)
	if bound > 0 {
		difference := w.of(w.luma(detail), "abs", nil)
		edge := w.unit(w.linear(difference, 1/bound, -0.5))
		kept = w.with(kept, "multiply", edge)
	}
	return w.finish(f.image, w.recolored(f.image, w.with(kept, "add", soft)))
}

// level returns an option from 0 on, or its default.
func level(option *int) float64 {
	if option == nil {
		return defaultNoise
	}
	return max(0, float64(*option))
}
