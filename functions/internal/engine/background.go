package engine

import (
	"image/color"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// background lays the colour that is asked for behind what is transparent.
func background(f *frame) error {
	color := f.values.BG
	if !color.Set || !f.image.HasAlpha() {
		return nil
	}
	if !f.to.HasAlpha() {
		color = onWhite(color)
	}
	if color.A == 255 {
		return f.image.Apply("flatten", vips.Args{"background": rgb(color)})
	}
	return underlay(f.image, plain(color))
}

// flatten leaves no transparency to a format that has none.
func flatten(f *frame) error {
	if f.to.HasAlpha() || !f.image.HasAlpha() {
		return nil
	}
	return f.image.Apply("flatten", vips.Args{"background": rgb(onWhite(f.values.BG))})
}

// onWhite returns what a colour looks like on white paper.
func onWhite(c options.Color) options.Color {
	if !c.Set {
		return opaque(255, 255, 255)
	}
	over := func(x uint8) uint8 {
		a := int(c.A)
		return uint8((int(x)*a + 255*(255-a) + 127) / 255)
	}
	return opaque(over(c.R), over(c.G), over(c.B))
}

func opaque(r, g, b uint8) options.Color {
	return options.Color{R: r, G: g, B: b, A: 255, Set: true}
}

func rgb(c options.Color) []float64 {
	return []float64{float64(c.R), float64(c.G), float64(c.B)}
}

func nrgba(c options.Color) color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: c.A} }

func rgba(c options.Color) []float64 { return append(rgb(c), float64(c.A)) }
