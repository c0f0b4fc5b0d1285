package engine

import "slices"

// withDensity tells in a JPEG how many dots an inch it is meant to have. Libvips
// leaves the JFIF segment, which does that, out together with all metadata. It
// comes first of all (ITU-T T.871, section 10.1).
func withDensity(jpeg []byte, dpi int) []byte {
	const inch = 1
	high, low := byte(dpi>>8), byte(dpi)
	segment := append([]byte("\xff\xe0\x00\x10JFIF\x00\x01\x02"), inch, high, low, high, low, 0, 0) // and no thumbnail
	return slices.Insert(jpeg, len("\xff\xd8"), segment...)
}
