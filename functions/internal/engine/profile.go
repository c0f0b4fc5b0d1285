package engine

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"primrose/functions/internal/format"
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
		return tinyProfile
	case space == adobeRGB && to.HasProfile():
		return adobeProfile
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
	const signature = 16 // where a profile says of what space it is (ICC.1:2022, section 7.2.6)
	profile := o.profile()
	return len(profile) > signature+4 && string(profile[signature:signature+4]) == "RGB " && colorSpace(o.header) == "srgb"
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

// describing is the element of an ICC profile that tells its name. It lies where
// the tag table says (ICC.1:2022, sections 7.3 and 9.2.41).
func describing(profile []byte) []byte {
	const header = 128
	if len(profile) < header+4 {
		return nil
	}
	table := profile[header+4:]
	for n := binary.BigEndian.Uint32(profile[header:]); n > 0 && len(table) >= 12; n-- {
		if string(table[:4]) == "desc" {
			at, length := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
			if at > uint64(len(profile)) || length > uint64(len(profile))-at {
				return nil
			}
			return profile[at : at+length]
		}
		table = table[12:]
	}
	return nil
}

// profileName is what an ICC profile calls itself, "" if it does not say. Text
// is ASCII up to version 2 (ICC.1:2001-04, section 6.5.17), and UTF-16 in
// several languages, of which the first counts, from then on (ICC.1:2022,
// section 10.15).
func profileName(profile []byte) string {
	element := describing(profile)
	if len(element) < 12 {
		return ""
	}
	if string(element[:4]) == "desc" {
		length := min(int64(binary.BigEndian.Uint32(element[8:])), int64(len(element)-12))
		name, _, _ := strings.Cut(string(element[12:12+length]), "\x00")
		return strings.ToValidUTF8(name, "")
	}
	if string(element[:4]) != "mluc" || len(element) < 28 {
		return ""
	}
	length, offset := uint64(binary.BigEndian.Uint32(element[20:])), uint64(binary.BigEndian.Uint32(element[24:]))
	if offset > uint64(len(element)) || length > uint64(len(element))-offset {
		return ""
	}
	var units []uint16
	for text := element[offset : offset+length]; len(text) >= 2; text = text[2:] {
		units = append(units, binary.BigEndian.Uint16(text))
	}
	return string(utf16.Decode(units))
}
