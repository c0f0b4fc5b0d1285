package engine

import (
	"cmp"

	"primrose/functions/internal/options"
)

// blend mixes the picture with an image or a colour.
func blend(f *frame) error {
	l, err := f.blended()
	if l == nil || err != nil {
		return err
	}
	defer l.Close()
	if err := f.render(); err != nil { // its pixels are read twice
		return err
	}
	mixed, err := f.mix(l, f.values.Blend.Mode)
	if err != nil {
		return err
	}
	defer mixed.Close()
	return f.lay(mixed)
}

// blended is what is mixed with the picture, to be closed; nil if nothing is.
func (f *frame) blended() (*overlay, error) {
	b, l := f.values.Blend, f.original.layers["blend"]
	switch color := cmp.Or(b.By.Color, b.Color); {
	case l != nil:
		laid, err := l.once(f.blendShape(l), func(o *overlay) error {
			if err := fade(o.Image, float64(b.Alpha)/100); err != nil {
				return err
			}
			o.x, o.y = f.at(position{b.Align, b.X, b.Y, b.Pad}.or(options.AlignMiddle|options.AlignCenter), o.size())
			return o.clip(f.size())
		})
		if err != nil {
			return nil, err
		}
		return &overlay{laid.Copy(), laid.x, laid.y}, nil
	case color.Set:
		color.A = uint8((int(color.A)*b.Alpha + 50) / 100)
		img, err := plain(color)(f.size())
		return &overlay{Image: img}, err
	}
	return nil, nil
}

// blendShape says how large an image is before it is mixed with the picture: as
// its own options say, or as the picture's.
func (f *frame) blendShape(l *layer) options.Values {
	b, own := f.values.Blend, l.original.seen()
	v := options.Options{}.Values()
	if b.Size != "" {
		p := f.values
		v.W, v.H, v.DPR, v.AR, v.Fit, v.Crop = p.W, p.H, p.DPR, p.AR, p.Fit, p.Crop
		v.MinW, v.MaxW, v.MinH, v.MaxH = p.MinW, p.MaxW, p.MinH, p.MaxH
		v.FocalX, v.FocalY, v.FocalZoom = p.FocalX, p.FocalY, p.FocalZoom
		return v
	}
	v.Fit, v.Crop = b.Fit, b.Crop
	v.W, v.H = f.length(b.W, own.w), f.length(b.H, own.h)
	return v
}
