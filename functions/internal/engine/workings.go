package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// workings are the images that a step makes on its way to a result. They are
// all closed in the end. After the first error nothing more is made, so that it
// is enough to look for it once.
type workings struct {
	made []*vips.Image
	err  error
}

func (w *workings) keep(img *vips.Image, err error) *vips.Image {
	if err != nil {
		w.err = err
		return nil
	}
	w.made = append(w.made, img)
	return img
}

// of returns what an operation makes of an image.
func (w *workings) of(img *vips.Image, operation string, args vips.Args) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.keep(img.With(operation, args))
}

// with returns what an operation makes of two images: add, multiply …
func (w *workings) with(left *vips.Image, operation string, right *vips.Image) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.keep(vips.New(operation, vips.Args{"left": left, "right": right}))
}

// new makes an image of nothing.
func (w *workings) new(operation string, args vips.Args) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.keep(vips.New(operation, args))
}

// matrix makes a table of numbers.
func (w *workings) matrix(rows ...[]float64) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.keep(vips.FromMatrix(rows...))
}

// shared returns the same image, to be used more than once: libvips computes an
// image anew for each that is made of it. A few rows are kept, since all of those
// are made row by row.
func (w *workings) shared(img *vips.Image) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.of(img, "tilecache", vips.Args{"tile_width": img.Width(), "tile_height": 16, "max_tiles": 4})
}

// coordinates makes an image of its pixels' places, x and y from 0 on.
func (w *workings) coordinates(s size) *vips.Image {
	return w.new("xyz", vips.Args{"width": s.w, "height": s.h})
}

// unit cuts samples off at 0 and 1.
func (w *workings) unit(img *vips.Image) *vips.Image { return w.of(img, "clamp", nil) }

// root returns square roots.
func (w *workings) root(img *vips.Image) *vips.Image {
	return w.of(img, "math2_const", vips.Args{"math2": "pow", "c": []float64{0.5}})
}

// linear returns a*img + b in float.
func (w *workings) linear(img *vips.Image, a, b float64) *vips.Image {
	return w.of(img, "linear", vips.Args{"a": []float64{a}, "b": []float64{b}})
}

// mix returns the image with its bands mixed by a matrix, a row a band that
// comes out, in float.
func (w *workings) mix(img *vips.Image, rows ...[]float64) *vips.Image {
	m := w.matrix(rows...)
	return w.of(img, "recomb", vips.Args{"m": m})
}

// bands returns n bands from the first on.
func (w *workings) bands(img *vips.Image, first, n int) *vips.Image {
	return w.of(img, "extract_band", vips.Args{"band": first, "n": n})
}

// luma returns how bright the colours of an sRGB image are, in float.
func (w *workings) luma(img *vips.Image) *vips.Image {
	return w.mix(w.bands(img, 0, 3), luma[:])
}

// most returns the largest of the channels of colours.
func (w *workings) most(c *vips.Image) *vips.Image {
	return w.with(w.with(w.bands(c, 0, 1), "maxpair", w.bands(c, 1, 1)), "maxpair", w.bands(c, 2, 1))
}

// least returns the smallest of them.
func (w *workings) least(c *vips.Image) *vips.Image {
	return w.with(w.with(w.bands(c, 0, 1), "minpair", w.bands(c, 1, 1)), "minpair", w.bands(c, 2, 1))
}

// paint makes a colour, without its opacity, as large as that.
func (w *workings) paint(color options.Color, s size) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.bands(w.keep(plain(color)(s)), 0, 3)
}

// join puts transparency behind colours.
func (w *workings) join(colors, alpha *vips.Image) *vips.Image {
	return w.new("bandjoin", vips.Args{"in": []*vips.Image{colors, alpha}})
}

// over lays an image upon another of the same size.
func (w *workings) over(below, above *vips.Image) *vips.Image {
	if w.err != nil {
		return nil
	}
	return w.keep(compose(below, above, 0, 0))
}

// recolored is the image with other colours, of any format, and with its own
// transparency.
func (w *workings) recolored(img, colors *vips.Image) *vips.Image {
	colors = w.bytes(colors)
	if w.err != nil || !img.HasAlpha() {
		return colors
	}
	return w.join(colors, w.bands(img, 3, 1))
}

// bytes returns samples of 0 to 255, rounded, as colours of sRGB.
func (w *workings) bytes(img *vips.Image) *vips.Image {
	if w.err != nil {
		return nil
	}
	whole := w.keep(img.Copy(), nil)
	w.err = cast(whole, "uchar")
	return w.of(whole, "copy", vips.Args{"interpretation": "srgb"})
}

// finish puts the result in the place of an image, unless something failed,
// and closes all of the rest.
func (w *workings) finish(img, result *vips.Image) error {
	defer func() {
		for _, made := range w.made {
			made.Close()
		}
	}()
	if w.err != nil {
		return w.err
	}
	img.Become(result)
	return nil
}

// luma is how much red, green and blue count for how bright a colour is (ITU-R
// BT.709, as W3C's Filter Effects round it).
var luma = [3]float64{0.213, 0.715, 0.072}

// unit returns a number that is no less than 0 and no more than 1.
func unit(x float64) float64 { return max(0, min(1, x)) }
