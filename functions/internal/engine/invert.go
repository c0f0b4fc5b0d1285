package engine

// invert turns every colour into its opposite: what was white is black.
func invert(f *frame) error {
	if !f.values.Adjust.Invert {
		return nil
	}
	opposite := func(x float64) float64 { return 1 - x }
	return bend(f.image, opposite, opposite, opposite)
}
