package engine

import (
	"image"
	"math"

	"primrose/functions/internal/vips"
)

// reduced returns an sRGB image's pixels, of at most so many a side, as a kernel
// of libvips' shrinks them.
func reduced(img *vips.Image, side int, kernel string) (*image.NRGBA, error) {
	small := img.Copy()
	defer small.Close()
	if scale := scaleTo(img, side); scale < 1 {
		err := premultiplied(small, func() error { return resample(small, sizeOf(img).times(scale), kernel) })
		if err != nil {
			return nil, err
		}
	}
	if err := addAlpha(small); err != nil {
		return nil, err
	}
	data, err := small.Pixels()
	if err != nil {
		return nil, err
	}
	return &image.NRGBA{Pix: data, Stride: 4 * small.Width(), Rect: image.Rect(0, 0, small.Width(), small.Height())}, nil
}

// enlargement is how much larger a picture is made at most for who looks at
// its brightness: what is blurred further shows nothing more.
const enlargement = 4

// greyOf returns a picture's brightness, made small or large so that its longer
// side has so many pixels. What is transparent is of a middle grey.
func greyOf(img *vips.Image, side int) (*image.Gray, error) {
	grey := img.Copy()
	defer grey.Close()
	if err := toGrey(grey, side); err != nil {
		return nil, err
	}
	data, err := grey.Pixels()
	if err != nil {
		return nil, err
	}
	return &image.Gray{Pix: data, Stride: grey.Width(), Rect: image.Rect(0, 0, grey.Width(), grey.Height())}, nil
}

func toGrey(img *vips.Image, side int) error {
	scale := min(scaleTo(img, side), enlargement)
	err := premultiplied(img, func() error { return resample(img, sizeOf(img).times(scale), "linear") })
	if err != nil {
		return err
	}
	if err := img.Apply("colourspace", vips.Args{"space": "b-w"}); err != nil {
		return err
	}
	if img.HasAlpha() {
		if err := img.Apply("flatten", vips.Args{"background": []float64{128}}); err != nil {
			return err
		}
	}
	return img.Apply("cast", vips.Args{"format": "uchar"})
}

// scaleTo returns the scale at which an image's longer side has so many pixels.
func scaleTo(img *vips.Image, side int) float64 {
	return float64(side) / float64(max(img.Width(), img.Height()))
}

// mapped returns where a rectangle of a picture lies in one of another size
// that shows the same.
func mapped(r image.Rectangle, from image.Rectangle, to size) rect {
	across, down := float64(to.w)/float64(from.Dx()), float64(to.h)/float64(from.Dy())
	left, top := int(math.Floor(float64(r.Min.X)*across)), int(math.Floor(float64(r.Min.Y)*down))
	right, bottom := int(math.Ceil(float64(r.Max.X)*across)), int(math.Ceil(float64(r.Max.Y)*down))
	return rect{left, top, min(right, to.w) - left, min(bottom, to.h) - top}
}
