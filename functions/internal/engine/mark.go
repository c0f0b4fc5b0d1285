package engine

import "primrose/functions/internal/options"

// mark lays a watermark upon the picture, or many of them.
func mark(f *frame) error {
	m, l := f.values.Mark, f.original.layers["mark"]
	if l == nil || f.image.Width() < m.IfWidth || f.image.Height() < m.IfHeight {
		return nil
	}
	laid, err := l.once(f.markShape(l), func(o *overlay) error {
		if err := fade(o.Image, float64(m.Alpha)/100); err != nil {
			return err
		}
		at := position{m.Align, m.X, m.Y, m.Pad}
		if m.Tile != "" {
			o.x, o.y = f.at(at.or(options.AlignTop|options.AlignLeft), o.size())
			return o.tile(f.px(m.Pad), f.size())
		}
		o.x, o.y = f.at(at.or(options.AlignBottom|options.AlignRight), o.size())
		return o.clip(f.size())
	})
	if err != nil {
		return err
	}
	return f.lay(laid)
}

// markShape says how large the mark is, and how it is turned. Parts are of its
// own sides; without any word on it, it has all of its pixels.
func (f *frame) markShape(l *layer) options.Values {
	m, own := f.values.Mark, l.original.seen()
	v := options.Options{}.Values()
	v.Fit, v.Rot, v.RotType = m.Fit, m.Rot, "pivot"
	v.W, v.H = f.length(m.W, own.w), f.length(m.H, own.h)
	if m.Scale != nil && m.W.None() && m.H.None() {
		v.W = options.Length{Px: max(1, f.image.Width()**m.Scale/100)}
	}
	return v
}
