package bomb

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A JPEG's markers (ITU-T T.81, table B.1).
const (
	soi  = "\xff\xd8"
	eoi  = "\xff\xd9"
	sof0 = 0xc0 // sequential
	sof2 = 0xc2 // progressive
	dht  = 0xc4
	sos  = 0xda
	dqt  = 0xdb
	dri  = 0xdd
	app1 = 0xe1
	app2 = 0xe2
)

// Segment is a JPEG's marker with what belongs to it, at most 65,533 bytes.
func Segment(marker byte, data []byte) []byte {
	return be(nil, byte(0xff), marker, uint16(len(data)+2), data)
}

// Insert puts segments behind the first bytes of a JPEG.
func Insert(jpeg []byte, segments ...[]byte) []byte {
	return slices.Concat(jpeg[:2], slices.Concat(segments...), jpeg[2:])
}

// JPEGHeader is all of a grey JPEG but its pixels.
func JPEGHeader(width, height int) []byte {
	return slices.Concat(grey(sof0, width, height), scan(0, 63, 0), []byte(eoi))
}

// grey opens a JPEG of one channel: its tables and its size.
func grey(frame byte, width, height int) []byte {
	ones := append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)
	return slices.Concat([]byte(soi), Segment(dqt, ones),
		Segment(frame, be(nil, byte(8), uint16(height), uint16(width), "\x01\x01\x11\x00")),
		Segment(dht, huffman(0x00, 0x00)), Segment(dht, huffman(0x10, 0xe0)))
}

// huffman is a table of one symbol, whose code is a single 0.
func huffman(class, symbol byte) []byte {
	table := make([]byte, 17)
	table[0], table[1] = class, 1
	return append(table, symbol)
}

// scan opens the coding of coefficients from first to last.
func scan(first, last, approximation byte) []byte {
	return Segment(sos, []byte{1, 1, 0, first, last, approximation})
}

// JPEGScans is a progressive JPEG that goes over its pixels again and again.
// A scan says by a few bytes that thousands of blocks in a row are empty, and
// costs a walk over all of them.
func JPEGScans(width, height, scans int) []byte {
	count := (width + 7) / 8 * ((height + 7) / 8)
	file := slices.Concat(grey(sof2, width, height), scan(0, 0, 0), make([]byte, (count+7)/8)) // no difference: one bit a block
	run := emptyBlocks(count)
	for i := range scans {
		band := byte(1 + i%63)
		file = slices.Concat(file, scan(band, band, 0), run)
	}
	return append(file, eoi...)
}

// emptyBlocks codes at least n blocks without coefficients: runs of up to
// 32,767 (T.81, G.1.2.2), which the one symbol of the table and 14 more bits
// make.
func emptyBlocks(n int) []byte {
	b := &highBits{}
	for ; n > 0; n -= 1<<15 - 1 {
		b.put(0, 1)
		b.put(min(n, 1<<15-1)-1<<14, 14)
	}
	b.put(0x7f, b.free)
	return bytes.ReplaceAll(b.bytes, []byte{0xff}, []byte{0xff, 0})
}

// highBits are written from the highest bit of each byte.
type highBits struct {
	bytes []byte
	free  int // of the last byte
}

func (b *highBits) put(value, n int) {
	for i := n - 1; i >= 0; i-- {
		if b.free == 0 {
			b.bytes, b.free = append(b.bytes, 0), 8
		}
		b.free--
		b.bytes[len(b.bytes)-1] |= byte(value>>i&1) << b.free
	}
}

// Restarts announces restarts after every count of blocks.
func Restarts(count int) []byte { return Segment(dri, be(nil, uint16(count))) }

// Profile is an ICC profile of n bytes in as many segments as it takes, up to
// 255.
func Profile(n int) []byte {
	const most = 65_519
	profile := make([]byte, n)
	copy(profile[36:], "acsp")
	binary.BigEndian.PutUint32(profile, uint32(n))
	pieces := slices.Collect(slices.Chunk(profile, most))
	var file []byte
	for i, piece := range pieces {
		file = append(file, Segment(app2, be(nil, "ICC_PROFILE\x00", byte(i+1), byte(len(pieces)), piece))...)
	}
	return file
}

// Exif is an EXIF directory of which each entry claims count values, and whose
// next directory is itself.
func Exif(entries int, count uint32) []byte {
	const long, start = 4, 8
	tiff := le(nil, "II*\x00", uint32(start), uint16(entries))
	for i := range entries {
		tiff = le(tiff, uint16(0x0100+i), uint16(long), count, uint32(start))
	}
	return Segment(app1, be(nil, "Exif\x00\x00", le(tiff, uint32(start))))
}
