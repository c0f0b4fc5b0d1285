package engine

import "primrose/functions/internal/vips"

// pixellate builds the frame of squares, px pixels wide, from its upper left
// corner on. A square has the mean colour of what it covers; the last ones,
// that reach beyond the frame, take its edge to go on there.
func pixellate(f *frame) error {
	side := f.px(f.values.Style.Pixels)
	if side <= 1 {
		return nil
	}
	return squares(f.image, side)
}

// squares pixellates an image.
func squares(img *vips.Image, side int) error {
	whole := sizeOf(img)
	side = min(side, max(whole.w, whole.h))
	return premultiplied(img, func() error {
		if err := img.Apply("shrink", vips.Args{"hshrink": side, "vshrink": side, "ceil": true}); err != nil {
			return err
		}
		if err := img.Apply("zoom", vips.Args{"xfac": side, "yfac": side}); err != nil {
			return err
		}
		return img.Apply("extract_area", whole.all().area())
	})
}
