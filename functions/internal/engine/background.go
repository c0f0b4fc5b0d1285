package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// background lays a colour behind what is transparent, where one is asked for
// or the format has no transparency.
func background(f *frame) error {
	if !f.image.HasAlpha() {
		return nil
	}
	color := f.values.BG
	if !f.to.HasAlpha() {
		color = onWhite(color)
	}
	switch {
	case !color.Set:
		return nil
	case color.A == 255:
		return f.image.Apply("flatten", vips.Args{"background": rgb(color)})
	}
	return underlay(f.image, color)
}

// underlay lays a colour that is transparent itself behind the image.
func underlay(img *vips.Image, color options.Color) error {
	plain, err := img.With("linear", vips.Args{"a": []float64{0, 0, 0, 0}, "b": append(rgb(color), float64(color.A)), "uchar": true})
	if err != nil {
		return err
	}
	defer plain.Close()
	if err := plain.Apply("copy", vips.Args{"interpretation": "srgb"}); err != nil {
		return err
	}
	made, err := vips.New("composite2", vips.Args{"base": plain, "overlay": img, "mode": "over"})
	if err != nil {
		return err
	}
	defer made.Close()
	if err := made.Apply("cast", vips.Args{"format": "uchar"}); err != nil {
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
