package engine

import (
	"primrose/functions/internal/icc"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// toSRGB brings the frame to 8-bit sRGB: 3 bands, or 4 with transparency. It
// follows the embedded profile, and costs nothing where there is none.
func toSRGB(f *frame) error {
	img := f.image
	if profile, ok := img.Blob("icc-profile-data"); ok && !icc.IsSRGB(profile) && !f.original.keepsSpace(f.values.Space, f.to) {
		if convert(img) == nil {
			return finish(img)
		}
		// A profile that can't be used is as good as none.
	}
	if img.Interpretation() == "cmyk" {
		if err := convertInks(img); err != nil {
			return uncolored(img, err)
		}
		return finish(img)
	}
	if img.Interpretation() != "srgb" {
		if err := img.Apply("colourspace", vips.Args{"space": "srgb"}); err != nil {
			return uncolored(img, err)
		}
	}
	return finish(img)
}

// uncolored is the answer to an original whose samples are more or other than
// colours, as a TIFF's may be.
func uncolored(img *vips.Image, err error) error {
	return problem.New(problem.UnsupportedFormat, "the original's %d channels (%s) are not colours that are served", img.Bands(), colorSpace(img)).Because(err)
}

// convert follows the embedded profile, as perceptual as that is meant. It
// makes no visible difference that this happens after resizing: sharp, which
// does it before, makes the same within 0.7 of 255 on average.
func convert(img *vips.Image) error {
	return img.Apply("icc_transform", vips.Args{
		"output_profile": "srgb", "embedded": true, "intent": "perceptual", "depth": 8,
	})
}

// convertInks takes inks without a profile for those of libvips' own, a usual
// offset press, as sharp does.
func convertInks(img *vips.Image) error {
	return img.Apply("icc_transform", vips.Args{
		"input_profile": "cmyk", "output_profile": "srgb", "intent": "perceptual", "depth": 8,
	})
}

func finish(img *vips.Image) error {
	if img.Format() != "uchar" {
		if err := img.Apply("cast", vips.Args{"format": "uchar"}); err != nil {
			return err
		}
	}
	switch bands := img.Bands(); {
	case bands < 3:
		return uncolored(img, nil)
	case bands > 4:
		if err := img.Apply("extract_band", vips.Args{"band": 0, "n": 4}); err != nil {
			return err
		}
	}
	if img.Interpretation() == "srgb" {
		return nil
	}
	// Samples of unknown meaning were taken for colours as they are. They must be
	// called so, too: the steps that follow go by it.
	return img.Apply("copy", vips.Args{"interpretation": "srgb"})
}

// colorSpace names what an image's samples mean, whatever their depth.
func colorSpace(img *vips.Image) string {
	switch space := img.Interpretation(); space {
	case "b-w", "grey16":
		return "gray"
	case "rgb", "rgb16":
		return "srgb"
	default:
		return space
	}
}

// depth returns the bits of a channel as stored.
func depth(img *vips.Image) int {
	if bits, ok := img.Int("bits-per-sample"); ok && bits > 0 {
		if img.Bands() > 2 { // fewer than 8 are an index into a palette, whose colours have 8
			return max(bits, 8)
		}
		return bits
	}
	switch img.Format() {
	case "ushort", "short":
		return 16
	case "uint", "int", "float":
		return 32
	case "double":
		return 64
	}
	return 8
}
