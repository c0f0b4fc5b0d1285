package format

import (
	"encoding/binary"
	"hash/crc32"
)

// SoundPNG reports whether a PNG's chunks are all there, as far as they go,
// and as they were written. A missing end is forgiven.
//
// The chunks are those of the PNG specification, section 5.3: the length of
// the data, a type, the data, and a checksum of the latter two.
func SoundPNG(data []byte) bool {
	const signature, length, kind, sum = 8, 4, 4, 4
	rest, ok := skip(data, signature)
	for ok && len(rest) > 0 {
		if len(rest) < length+kind {
			return false
		}
		body := rest[length:]
		end := kind + int64(binary.BigEndian.Uint32(rest))
		if end+sum > int64(len(body)) || crc32.ChecksumIEEE(body[:end]) != binary.BigEndian.Uint32(body[end:]) {
			return false
		}
		if string(body[:kind]) == "IEND" {
			return true
		}
		rest = body[end+sum:]
	}
	return ok
}
