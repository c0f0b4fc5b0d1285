// Package bomb makes hostile originals: files of a few kilobytes that claim,
// unpack to or cost as much as they can. They are for tests, and made by code so
// that what is hostile about each can be read here.
//
// None of them is an exploit of a known defect. They are what every format
// allows: sizes that are only claimed, data that compresses a thousandfold,
// structures that repeat or refer to themselves.
package bomb

import (
	"encoding/binary"
	"slices"
)

// Polyglot is an image that goes on as something else: what begins as an image
// must be served as nothing but one.
func Polyglot(image []byte, rest string) []byte { return slices.Concat(image, []byte(rest)) }

// be and le append whole numbers of 16 or 32 bits, in either order of bytes.
func be(b []byte, values ...any) []byte { return appendAll(b, binary.BigEndian, values) }
func le(b []byte, values ...any) []byte { return appendAll(b, binary.LittleEndian, values) }

func appendAll(b []byte, order binary.AppendByteOrder, values []any) []byte {
	for _, value := range values {
		switch x := value.(type) {
		case byte:
			b = append(b, x)
		case uint16:
			b = order.AppendUint16(b, x)
		case uint32:
			b = order.AppendUint32(b, x)
		case string:
			b = append(b, x...)
		case []byte:
			b = append(b, x...)
		}
	}
	return b
}
