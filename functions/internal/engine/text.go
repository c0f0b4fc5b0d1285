package engine

import (
	"math"
	"strings"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// textPad is how many pixels of DPR 1 lie between a text and the picture's edges
// if none are asked for, as in imgix.
const textPad = 10

// inscribe writes a text upon the frame. It is drawn for the first one and kept for all.
func inscribe(f *frame) error {
	if strings.TrimSpace(f.values.Text.Text) == "" {
		return nil
	}
	if f.original.caption == nil {
		made, err := f.caption()
		if err != nil {
			return err
		}
		f.original.caption = made
	}
	if f.original.caption.Image == nil {
		return nil
	}
	return f.lay(f.original.caption)
}

// caption is the text as it lies upon the picture. It has no image if nothing of
// it is to be seen.
func (f *frame) caption() (*overlay, error) {
	t, pad := f.values.Text, textPad
	if t.Pad != nil {
		pad = *t.Pad
	}
	room := size{f.image.Width() - 2*f.px(pad), f.image.Height() - 2*f.px(pad)}
	if t.Width != 0 {
		room.w = f.px(t.Width)
	}
	letters := f.letters()
	b, err := letters.set(t, room, f.original.limits.Memory)
	if b == nil || err != nil {
		return &overlay{}, err
	}
	at := position{t.Align, t.X, t.Y, pad}
	x, y := f.at(at.or(options.AlignBottom|options.AlignRight), b.box)
	b.ink.x, b.ink.y = b.ink.x+x, b.ink.y+y
	err = f.decorate(b.ink, letters.color)
	if err == nil {
		err = b.ink.clip(f.size())
	}
	if err == nil {
		err = b.ink.Render()
	}
	if err != nil {
		b.ink.Close()
	}
	return b.ink, err
}

// letters are what the options ask for.
func (f *frame) letters() lettering {
	t := f.values.Text
	l := lettering{
		face:  faceOf(t.Font),
		size:  float64(t.Size) * f.values.DPR,
		track: float64(t.Track) * f.values.DPR,
		lead:  float64(t.Lead) * f.values.DPR,
		color: t.Color,
		align: "high",
	}
	if !l.color.Set {
		l.color = options.Color{A: 255, Set: true}
	}
	switch {
	case t.Align&options.AlignLeft != 0:
		l.align = "low"
	case t.Align&options.AlignCenter != 0:
		l.align = "centre"
	}
	return l
}

// A shadow is black. One of strength 1 lies half a pixel of DPR 1 to the right
// and below, and is blurred by as much. imgix publishes no figures.
var shadowColor = options.Color{A: 192, Set: true}

const (
	shadowOffset = 0.5 // pixels a unit of txt-shad
	shadowSigma  = 0.5 // pixels of standard deviation a unit of txt-shad
)

// decorate makes letters as opaque as their colour is, and puts an outline and a
// shadow behind them.
func (f *frame) decorate(ink *overlay, color options.Color) error {
	t := f.values.Text
	line, shadow := float64(t.Line)*f.values.DPR, t.Shadow*f.values.DPR
	reach := int(math.Ceil(line + (shadowOffset+3*shadowSigma)*shadow))
	if err := f.enclose(ink, reach); err != nil {
		return err
	}
	mask, err := ink.With("extract_band", vips.Args{"band": 3})
	if err != nil {
		return err
	}
	defer mask.Close()
	if err := fadeTo(ink.Image, color.A); err != nil {
		return err
	}
	if line > 0 {
		if err := widen(mask, line); err != nil {
			return err
		}
		edge := t.LineColor
		if !edge.Set {
			edge = options.Color{R: 255, G: 255, B: 255, A: 255, Set: true}
		}
		if err := underlay(ink.Image, stencil(mask, edge)); err != nil {
			return err
		}
	}
	if shadow > 0 {
		offset := int(math.Round(shadowOffset * shadow))
		if err := chain(mask, operation{"wrap", vips.Args{"x": offset, "y": offset}}); err != nil {
			return err
		}
		if err := spread(mask, shadowSigma*shadow); err != nil {
			return err
		}
		return underlay(ink.Image, stencil(mask, shadowColor))
	}
	return nil
}

// enclose leaves of the ink what lies on the frame or less than so many pixels
// beside it, and puts as much empty space around.
func (f *frame) enclose(ink *overlay, reach int) error {
	ink.x, ink.y = ink.x+reach, ink.y+reach
	near := f.size()
	if err := ink.clip(size{near.w + 2*reach, near.h + 2*reach}); err != nil {
		return err
	}
	ink.x, ink.y = ink.x-2*reach, ink.y-2*reach
	if err := ink.Apply("embed", vips.Args{"x": reach, "y": reach, "width": ink.Width() + 2*reach, "height": ink.Height() + 2*reach}); err != nil {
		return err
	}
	return ink.Render()
}

// fadeTo makes an image with transparency as opaque as a colour.
func fadeTo(img *vips.Image, alpha uint8) error {
	if alpha == 255 {
		return nil
	}
	return chain(img,
		operation{"linear", vips.Args{"a": []float64{1, 1, 1, float64(alpha) / 255}, "b": []float64{0, 0, 0, 0.5}, "uchar": true}},
		operation{"copy", vips.Args{"interpretation": "srgb"}},
	)
}

// stencil is a ground of one colour where the mask is.
func stencil(mask *vips.Image, color options.Color) ground {
	return func(s size) (*vips.Image, error) {
		opaque := color
		opaque.A = 255
		made, err := plain(opaque)(s)
		defer made.Close()
		if err != nil {
			return nil, err
		}
		if err := made.Apply("extract_band", vips.Args{"band": 0, "n": 3}); err != nil {
			return nil, err
		}
		faded, err := mask.With("linear", vips.Args{"a": []float64{float64(color.A) / 255}, "b": []float64{0.5}, "uchar": true})
		if err != nil {
			return nil, err
		}
		defer faded.Close()
		return vips.New("bandjoin", vips.Args{"in": []*vips.Image{made, faded}})
	}
}

// face is a style of letters.
type face struct {
	family       string
	bold, italic bool
}

// faceOf returns the face of the service's own that comes closest to a
// font's name, which may be any.
func faceOf(name string) face {
	name = strings.ToLower(name)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
	f := face{"Noto Sans", has("bold", "black", "heavy"), has("italic", "oblique")}
	switch {
	case has("mono", "courier", "menlo", "consolas"):
		f.family = "Noto Sans Mono"
	case has("sans"):
	case has("serif", "times", "georgia", "garamond", "baskerville", "palatino", "didot", "bodoni", "caslon", "cochin"):
		f.family = "Noto Serif"
	}
	return f
}

// description is Pango's name of a face at a size in pixels.
func (f face) description(size float64) string {
	words := []string{f.family}
	if f.bold {
		words = append(words, "Bold")
	}
	if f.italic {
		words = append(words, "Italic")
	}
	return strings.Join(append(words, decimal(size)+"px"), " ")
}

// paragraph tells whether a text is broken into lines.
func paragraph(fit string) bool { return fit == "wrap" || fit == "wrapmax" }
