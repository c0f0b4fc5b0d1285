package engine

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
	if !f.image.HasAlpha() {
		drawn = w.bands(drawn, 0, 3)
	}
	if outer != [4]float64{} {
		whole := w.covered(width, height, rect{0, 0, width, height}, outer)
		drawn = w.within(drawn, w.linear(whole, 255, 0), f.values.BG)
	}
	return w.finish(f.image, drawn)
}
