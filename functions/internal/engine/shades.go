package engine

import (
	"cmp"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/options"
	"primrose/functions/internal/palette"
)

// darkAndLight are the vivid ones of the frame's palette, as with imgix, or the
// muted ones if there are none, or shades of any other. An animation keeps those
// of its first frame.
func (f *frame) darkAndLight() (options.Duo, error) {
	if f.shades == nil {
		picture, err := reduced(f.image, palette.Side, "nearest")
		if err != nil {
			return options.Duo{}, err
		}
		named := palette.Of(picture, 1).Dominant
		first := func(names ...string) options.Color {
			for _, name := range names {
				if c := named[name]; c != nil {
					return opaque(c.R, c.G, c.B)
				}
			}
			return options.Color{}
		}
		some := first("vibrant", "muted", "vibrant_dark", "vibrant_light", "muted_dark", "muted_light")
		f.shades = &options.Duo{
			First:  cmp.Or(first("vibrant_dark", "muted_dark"), withLightness(some, 0.35)),
			Second: cmp.Or(first("vibrant_light", "muted_light"), withLightness(some, 0.85)),
		}
	}
	return *f.shades, nil
}

// withLightness returns a colour with another lightness, 0 to 1, of Oklab.
func withLightness(color options.Color, lightness float64) options.Color {
	c := colorspace.Oklab(colorspace.Of(nrgba(color)))
	c[0] = lightness
	rgb := colorspace.FromOklab(c).NRGBA(255)
	return opaque(rgb.R, rgb.G, rgb.B)
}
