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
	whole := f.size()
	stroke := sides(b.All.Width, b.Top, b.Right, b.Bottom, b.Left, f.values.DPR)
	inside := rect{stroke.left, stroke.top, whole.w - stroke.left - stroke.right, whole.h - stroke.top - stroke.bottom}
	outer, inner := f.radii(b.Radius), f.radii(b.Inner)

	w := &workings{}
	// What the inner edge leaves, the outer cuts off below, with the picture.
	line := w.linear(w.covered(whole, inside, inner), -float64(b.All.Color.A), float64(b.All.Color.A))
	drawn := w.over(f.image, w.join(w.paint(b.All.Color, whole), w.bytes(line)))
	if !f.image.HasAlpha() {
		drawn = w.bands(drawn, 0, 3)
	}
	if outer != [4]float64{} {
		kept := w.covered(whole, whole.all(), outer)
		drawn = w.within(drawn, w.linear(kept, 255, 0), f.values.BG)
	}
	return w.finish(f.image, drawn)
}
