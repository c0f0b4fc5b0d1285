package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// border draws a border over the picture's edges; its size stays. What lies
// beyond its outer corners goes, and bg shows there.
func border(f *frame) error {
	b := f.values.Border
	if b.All.Width == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	width, height := f.image.Width(), f.image.Height()
	stroke := sides(b.All.Width, b.Top, b.Right, b.Bottom, b.Left, f.values.DPR)
	inside := rect{stroke.left, stroke.top, width - stroke.left - stroke.right, height - stroke.top - stroke.bottom}
	outer, inner := f.radii(b.Radius), f.radii(b.Inner)

	w := &workings{}
	// What the inner edge leaves, the outer cuts off below, with the picture.
	line := w.linear(w.covered(width, height, inside, inner), -float64(b.All.Color.A), float64(b.All.Color.A))
	paint := w.bands(w.keep(plain(b.All.Color)(size{width, height})), 0, 3)
	drawn := w.over(f.image, w.join(paint, w.bytes(line)))
	switch {
	case outer != [4]float64{}:
		drawn = w.within(drawn, w.covered(width, height, rect{0, 0, width, height}, outer), f.values.BG)
	case !f.image.HasAlpha():
		drawn = w.bands(drawn, 0, 3)
	}
	return w.finish(f.image, drawn)
}

// within returns the part of an image with transparency that is covered, and
// the colour of a background, if there is one, in the place of the rest.
func (w *workings) within(img, covered *vips.Image, around options.Color) *vips.Image {
	part := w.join(w.bands(img, 0, 3), w.bytes(w.with(w.bands(img, 3, 1), "multiply", covered)))
	if w.err != nil || !around.Set {
		return part
	}
	rest := w.keep(plain(around)(size{img.Width(), img.Height()}))
	rest = w.join(w.bands(rest, 0, 3), w.bytes(w.linear(covered, -float64(around.A), float64(around.A))))
	return w.bytes(w.new("composite2", vips.Args{"base": part, "overlay": rest, "mode": "add"}))
}
