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
	w := &workings{}
	sharper := w.of(w.filled(f.image), "sharpen", vips.Args{
		"sigma": 1, // px: about what a display shows as an edge
		"m1":    0, // leave flat areas, and their noise, alone
		"m2":    float64(f.values.Adjust.Sharp) / 10,
	})
	return w.finish(f.image, w.recolored(f.image, sharper))
}

// filled returns the colours of an image, where they are transparent mixed
// with those around: the colour that nobody sees is no edge.
func (w *workings) filled(img *vips.Image) *vips.Image {
	if !img.HasAlpha() {
		return img
	}
	return w.bands(w.over(w.blurred(img, 1), img), 0, 3)
}
