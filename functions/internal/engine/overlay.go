package engine

import "primrose/functions/internal/vips"

// overlay is an image in 8-bit sRGB, and where it lies upon a picture.
type overlay struct {
	*vips.Image
	x, y int
}

func (l *overlay) size() size { return sizeOf(l.Image) }

// clip leaves only what lies upon a picture of that size, if that is anything.
func (l *overlay) clip(s size) error {
	left, top := max(0, -l.x), max(0, -l.y)
	w, h := min(l.Width()-left, s.w-max(0, l.x)), min(l.Height()-top, s.h-max(0, l.y))
	if w <= 0 || h <= 0 { // beyond the picture; an invisible pixel upon it does for that
		l.x, l.y, left, top, w, h = 0, 0, 0, 0, 1, 1
		if err := fade(l.Image, 0); err != nil {
			return err
		}
	}
	l.x, l.y = l.x+left, l.y+top
	return l.Apply("extract_area", rect{left, top, w, h}.area())
}

// lay composes an overlay upon the frame. A picture without transparency stays
// so.
func (f *frame) lay(l *overlay) error {
	opaque := !f.image.HasAlpha()
	made, err := compose(f.image, l.Image, l.x, l.y)
	if err != nil {
		return err
	}
	f.image.Become(made)
	if opaque {
		return f.image.Apply("extract_band", vips.Args{"band": 0, "n": 3})
	}
	return nil
}

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
		operation{"extract_area", rect{left, top, s.w, s.h}.area()})
}

// modulo is what is left of n by d, which is never negative.
func modulo(n, d int) int { return (n%d + d) % d }

// compose lays an image upon another, whose pixel at x and y its first covers.
func compose(below, above *vips.Image, x, y int) (*vips.Image, error) {
	return vips.New("composite2", vips.Args{"base": below, "overlay": above, "mode": "over", "x": x, "y": y})
}

// fade makes an image with transparency so much as opaque as it is, 0 to 1.
func fade(img *vips.Image, share float64) error {
	if share == 1 {
		return nil
	}
	return chain(img,
		operation{"linear", vips.Args{"a": []float64{1, 1, 1, share}, "b": []float64{0, 0, 0, 0.5}, "uchar": true}},
		operation{"copy", vips.Args{"interpretation": "srgb"}},
	)
}
