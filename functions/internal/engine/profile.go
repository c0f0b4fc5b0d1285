package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/icc"
	"primrose/functions/internal/vips"
)

// What cs may ask for, beside srgb.
const (
	tinySRGB  = "tinysrgb"
	adobeRGB  = "adobergb1998"
	stripped  = "strip"
	ownColors = "origin"
)

// profileFor returns the ICC profile that a variant holds. Without one, browsers
// take its colours for sRGB.
func (o *original) profileFor(space string, to format.Format) []byte {
	switch {
	case space == tinySRGB && to.HasProfile():
		return icc.TinySRGB
	case space == adobeRGB && to.HasProfile():
		return icc.AdobeRGB
	case space == ownColors && o.keepsSpace(space, to):
		return o.profile()
	}
	return nil
}

// keepsSpace tells whether the original's samples stay as they are, though they
// are red, green and blue of another space than sRGB. What has other samples, as
// CMYK, is converted whatever is asked.
func (o *original) keepsSpace(space string, to format.Format) bool {
	if space != stripped && (space != ownColors || !to.HasProfile()) {
		return false
	}
	return icc.IsRGB(o.profile()) && colorSpace(o.header) == "srgb"
}

// profile is the original's, nil if it has none.
func (o *original) profile() []byte {
	profile, _ := o.header.Blob("icc-profile-data")
	return profile
}

// embed puts a profile into the image, which may have to be converted to it from
// sRGB.
func embed(img *vips.Image, profile []byte, convert bool) error {
	if !convert {
		return img.Set("icc-profile-data", profile)
	}
	if err := img.Apply("icc_import", vips.Args{"input_profile": "srgb", "pcs": "xyz"}); err != nil {
		return err
	}
	if err := img.Set("icc-profile-data", profile); err != nil {
		return err
	}
	return img.Apply("icc_export", vips.Args{"pcs": "xyz", "depth": 8})
}
