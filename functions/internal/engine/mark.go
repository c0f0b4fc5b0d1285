package engine

import (
	"math"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// mark lays a watermark upon the picture, or many of them.
func mark(f *frame) error {
	m, l := f.values.Mark, f.original.layers["mark"]
	if l == nil || f.image.Width() < m.IfWidth || f.image.Height() < m.IfHeight {
		return nil
	}
	laid, err := l.once(f.markShape(l), func(o *overlay) error {
		if err := o.fade(m.Alpha); err != nil {
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

// markShape says how large the mark is, and how it is turned. Parts are of its own sides; without any
// word on it, it has all of its pixels.
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

// length makes a length one in pixels of the result. A part is one of a side.
func (f *frame) length(l options.Length, side int) options.Length {
	switch {
	case l.None():
		return l
	case l.Part != 0:
		return options.Length{Px: max(1, int(math.Round(l.Part*float64(side))))}
	}
	return options.Length{Px: f.px(l.Px)}
}

func (l *overlay) size() size { return size{l.Width(), l.Height()} }

// tile repeats the overlay in all directions, with so many pixels between, and
// leaves what lies upon a picture of that size.
func (l *overlay) tile(apart int, s size) error {
	w, h := l.Width()+apart, l.Height()+apart
	// So far before the first pixel of the picture the first tile begins.
	left, top := modulo(-l.x, w), modulo(-l.y, h)
	l.x, l.y = 0, 0
	if err := l.Render(); err != nil { // it is read again and again; what is between may be far larger
		return err
	}
	return chain(l.Image,
		operation{"embed", vips.Args{"x": 0, "y": 0, "width": w, "height": h, "extend": "background", "background": []float64{0, 0, 0, 0}}},
		operation{"replicate", vips.Args{"across": (left+s.w-1)/w + 1, "down": (top+s.h-1)/h + 1}},
		operation{"extract_area", vips.Args{"left": left, "top": top, "width": s.w, "height": s.h}})
}

// modulo is what is left of n by d, which is never negative.
func modulo(n, d int) int { return (n%d + d) % d }
