package engine

import "primrose/functions/internal/vips"

// How two colours mix is told by W3C's Compositing and Blending Level 1: section
// 9.1 channel by channel, section 9.2 by all of a colour's at once.
// https://www.w3.org/TR/compositing-1/#blending

// vipsModes are the modes that libvips knows, by imgix's names.
var vipsModes = map[string]string{
	"darken": "darken", "difference": "difference", "exclusion": "exclusion", "hardlight": "hard-light", "lighten": "lighten", "multiply": "multiply", "overlay": "overlay",
	"screen": "screen", "softlight": "soft-light",
}

// ownModes are those that it doesn't, or not where something is divided by 0, of
// the picture's colours and those upon them, both from 0 to 255.
var ownModes = map[string]func(w *workings, below, above *vips.Image) *vips.Image{
	"dodge": func(w *workings, below, above *vips.Image) *vips.Image { return w.dodged(below, above) },
	"burn": func(w *workings, below, above *vips.Image) *vips.Image {
		return w.linear(w.dodged(w.linear(below, -1, 255), w.linear(above, -1, 255)), -1, 255)
	},
	"hue": func(w *workings, below, above *vips.Image) *vips.Image {
		return w.setLum(w.setSat(above, w.sat(below)), w.lum(below))
	},
	"saturation": func(w *workings, below, above *vips.Image) *vips.Image {
		return w.setLum(w.setSat(below, w.sat(above)), w.lum(below))
	},
	"color": func(w *workings, below, above *vips.Image) *vips.Image {
		return w.setLum(above, w.lum(below))
	},
	"luminosity": func(w *workings, below, above *vips.Image) *vips.Image {
		return w.setLum(below, w.lum(above))
	},
}

// mix returns the overlay in the colours that a mode makes of it and of what
// lies below, to be laid there.
//
// Only colours are mixed here, and transparency comes in by laying. Libvips can
// do all at once, but takes a half transparent overlay for a dark one then. Where
// the picture is transparent, there is nothing to mix with.
func (f *frame) mix(l *overlay, mode string) (*overlay, error) {
	w := &workings{}
	area := w.of(f.image, "extract_area", rect{l.x, l.y, l.Width(), l.Height()}.area())
	below, above := w.bands(area, 0, 3), w.bands(l.Image, 0, 3)
	colors := above
	if name, ok := vipsModes[mode]; ok {
		both := w.new("composite2", vips.Args{"base": below, "overlay": above, "mode": name})
		colors = w.bands(both, 0, 3)
	} else if mixed, ok := ownModes[mode]; ok {
		colors = mixed(w, below, above)
	}
	if f.image.HasAlpha() {
		colors = w.between(above, colors, w.bands(area, 3, 1))
	}
	made := &overlay{l.Copy(), l.x, l.y}
	if err := w.finish(made.Image, w.join(w.bytes(colors), w.bands(l.Image, 3, 1))); err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// between goes from one image to another by a third of 0 to 255.
func (w *workings) between(from, to, way *vips.Image) *vips.Image {
	step := w.with(w.with(to, "subtract", from), "multiply", w.linear(way, 1.0/255, 0))
	return w.with(from, "add", step)
}

// dodged is ColorDodge; burning is the same of negatives. Black stays black, by
// what is added to a divisor that may be 0.
func (w *workings) dodged(below, above *vips.Image) *vips.Image {
	return w.linear(w.unit(w.with(below, "divide", w.linear(above, -1, 255+1e-3))), 255, 0)
}

// lum, sat, setLum and setSat are what the standard calls so.
func (w *workings) lum(c *vips.Image) *vips.Image { return w.mix(c, []float64{0.3, 0.59, 0.11}) }

func (w *workings) sat(c *vips.Image) *vips.Image {
	return w.with(w.most(c), "subtract", w.least(c))
}

// setSat spreads the channels from 0 to s. Grey stays grey, since libvips divides
// by 0 to 0.
func (w *workings) setSat(c, s *vips.Image) *vips.Image {
	c = w.shared(c)
	spread := w.with(w.with(c, "subtract", w.least(c)), "divide", w.sat(c))
	return w.with(spread, "multiply", s)
}

// setLum returns the colour at another brightness and, as by ClipColor, greyer
// where a channel would leave 0 to 255 by that.
func (w *workings) setLum(c, light *vips.Image) *vips.Image {
	c, light = w.shared(c), w.shared(light)
	moved := w.shared(w.with(c, "add", w.with(light, "subtract", w.lum(c))))
	low := w.with(light, "divide", w.with(light, "subtract", w.least(moved)))
	high := w.with(w.linear(light, -1, 255), "divide", w.with(w.most(moved), "subtract", light))
	room := w.with(w.unit(low), "multiply", w.unit(high))
	return w.with(light, "add", w.with(w.with(moved, "subtract", light), "multiply", room))
}
