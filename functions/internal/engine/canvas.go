package engine

import "primrose/functions/internal/vips"

// canvas fills what is left of the box: with the colour of fit=fill, which is
// no colour where the format has transparency, or with the edges' own.
func canvas(f *frame) error {
	to := f.plan.canvas
	w, h := f.image.Width(), f.image.Height()
	if to.none() || to == (size{w, h}) {
		return nil
	}
	args := vips.Args{"x": (to.w - w) / 2, "y": (to.h - h) / 2, "width": to.w, "height": to.h, "extend": "copy"}
	if fills(f.values.Fit) {
		color := f.values.BG
		if !f.to.HasAlpha() {
			color = onWhite(color)
		}
		args["extend"] = "background"
		args["background"] = rgb(color)
		if f.image.HasAlpha() || color.A < 255 {
			if err := addAlpha(f.image); err != nil {
				return err
			}
			args["background"] = append(rgb(color), float64(color.A))
		}
	}
	return f.image.Apply("embed", args)
}

func addAlpha(img *vips.Image) error {
	if img.HasAlpha() {
		return nil
	}
	return img.Apply("addalpha", nil)
}
