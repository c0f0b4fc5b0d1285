package format

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// JPEGScans counts the scans of a JPEG's first image. Segments tell their
// length. What is coded behind the head of a scan goes on to the next marker
// that is neither a stuffed byte nor a restart (T.81, B.1.1.2 and B.1.1.5).
func JPEGScans(data []byte) (scans int) {
	const sos, eoi = 0xda, 0xd9
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+4 > len(data) {
			return scans
		}
		marker := data[at+1]
		length := 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		switch {
		case marker == 0xff: // padding
			length = 1
		case marker < 0xc0, marker >= 0xd0 && marker <= 0xd8: // has no length
			length = 2
		case marker == eoi:
			return scans
		case marker == sos:
			scans++
		}
		data = data[min(len(data), at+length):]
	}
}

// WithDensity tells in a JPEG how many dots an inch it is meant to have. Libvips
// leaves the JFIF segment, which does that, out together with all metadata. It
// comes first of all (ITU-T T.871, section 10.1).
func WithDensity(jpeg []byte, dpi int) []byte {
	const inch = 1
	high, low := byte(dpi>>8), byte(dpi)
	segment := append([]byte("\xff\xe0\x00\x10JFIF\x00\x01\x02"), inch, high, low, high, low, 0, 0) // and no thumbnail
	return slices.Insert(jpeg, len("\xff\xd8"), segment...)
}
