package engine

import "primrose/functions/internal/vips"

// sharpen raises the contrast of edges, by lightness alone, so that no
// coloured fringes appear.
func sharpen(f *frame) error {
	if f.values.Adjust.Sharp == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	return f.image.Apply("sharpen", vips.Args{
		"sigma": 1, // px: about what a display shows as an edge
		"m1":    0, // leave flat areas, and their noise, alone
		"m2":    float64(f.values.Adjust.Sharp) / 10,
	})
}
