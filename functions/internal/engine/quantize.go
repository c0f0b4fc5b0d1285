package engine

import (
	"primrose/functions/internal/quantize"
	"primrose/functions/internal/vips"
)

// reduceColors gives the image, all of an animation's frames, n colours at most.
func reduceColors(img *vips.Image, n int) error {
	pixels, err := img.Pixels()
	if err != nil {
		return err
	}
	bands := img.Bands()
	quantize.Reduce(pixels, bands, n)
	made, err := vips.FromPixels(pixels, img.Width(), img.Height(), bands)
	if err != nil {
		return err
	}
	defer made.Close()
	if err := inherit(made, img); err != nil {
		return err
	}
	img.Become(made)
	return nil
}

// inherit copies what an encoder has to know of an animation.
func inherit(made, img *vips.Image) error {
	for _, name := range []string{"page-height", "loop"} {
		if n, ok := img.Int(name); ok {
			if err := made.Set(name, n); err != nil {
				return err
			}
		}
	}
	if delays, ok := img.Ints("delay"); ok {
		return made.Set("delay", delays)
	}
	return nil
}
