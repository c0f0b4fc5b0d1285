package engine

import (
	"bytes"
	"encoding/binary"

	"primrose/functions/internal/problem"
)

// maxScans is how many scans a progressive JPEG may have. Encoders make ten or
// so. Each costs a walk over all of the image, however little it says: 5,000
// fit into a MB, and take a minute.
const maxScans = 100

// checkScans refuses a progressive JPEG that would be walked over too often.
func (o *original) checkScans() error {
	if several, _ := o.header.Int("jpeg-multiscan"); several == 0 {
		return nil
	}
	data, err := o.bytes()
	if err != nil {
		return err
	}
	if n := countScans(data); n > maxScans {
		return problem.New(problem.TooExpensive, "the original is a JPEG of %d scans; the limit is %d: encode it again", n, maxScans)
	}
	return nil
}

// countScans counts the scans of a JPEG's first image. Segments tell their
// length. What is coded behind the head of a scan goes on to the next marker
// that is neither a stuffed byte nor a restart (T.81, B.1.1.2 and B.1.1.5).
func countScans(data []byte) (scans int) {
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
