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

// ground makes what lies behind an image of a size.
type ground func(size) (*vips.Image, error)

// plain is a ground of one colour.
func plain(color options.Color) ground {
	return func(s size) (*vips.Image, error) {
		made, err := vips.New("black", vips.Args{"width": s.w, "height": s.h, "bands": 4})
		return chained(made, err,
			operation{"linear", vips.Args{"a": []float64{1}, "b": rgba(color), "uchar": true}},
			operation{"copy", vips.Args{"interpretation": "srgb"}},
		)
	}
}

// underlay lays a ground behind an image with transparency.
func underlay(img *vips.Image, make ground) error {
	behind, err := make(size{img.Width(), img.Height()})
	if err != nil {
		return err
	}
	defer behind.Close()
	made, err := vips.New("composite2", vips.Args{"base": behind, "overlay": img, "mode": "over"})
	if err != nil {
		return err
	}
	defer made.Close()
	if err := cast(made, "uchar"); err != nil {
		return err
	}
	img.Become(made)
	return nil
}

// onWhite returns what a colour looks like on white paper.
func onWhite(c options.Color) options.Color {
	if !c.Set {
		return options.Color{R: 255, G: 255, B: 255, A: 255, Set: true}
	}
	over := func(x uint8) uint8 {
		a := int(c.A)
		return uint8((int(x)*a + 255*(255-a) + 127) / 255)
	}
	return options.Color{R: over(c.R), G: over(c.G), B: over(c.B), A: 255, Set: true}
}

func rgb(c options.Color) []float64 {
	return []float64{float64(c.R), float64(c.G), float64(c.B)}
}

func nrgba(c options.Color) color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: c.A} }

func rgba(c options.Color) []float64 { return append(rgb(c), float64(c.A)) }
