package mutation

import (
	"hash/crc32"

	"primrose/functions/internal/format"
)

// layout is what is known of a file's structure.
type layout struct {
	data    []byte
	pieces  []span   // segments, chunks, boxes, blocks, entries or elements
	numbers []number // lengths, dimensions, counts, offsets and flags
}

// layoutOf looks as far into a file as that keeps to its format.
func layoutOf(data []byte) *layout {
	l := &layout{data: data}
	switch format.Sniff(data) {
	case format.JPEG:
		l.jpeg()
	case format.PNG:
		l.png()
	case format.WebP:
		l.webp()
	case format.GIF:
		l.gif()
	case format.AVIF:
		l.boxes(0, len(data))
	case format.TIFF:
		l.tiff()
	case format.SVG:
		l.svg()
	}
	return l
}

// piece notes a piece.
func (l *layout) piece(from, to int) { l.pieces = append(l.pieces, span{from, to}) }

// row notes numbers of the given sizes in bytes, one behind the other, as far
// as the file goes.
func (l *layout) row(at int, s spelling, sizes ...int) {
	for _, size := range sizes {
		if at+size > len(l.data) {
			return
		}
		l.numbers = append(l.numbers, number{span{at, at + size}, s})
		at += size
	}
}

// read returns the number of size bytes at a place; 0 behind the file's end.
func (l *layout) read(at, size int, s spelling) int {
	if at < 0 || at+size > len(l.data) {
		return 0
	}
	return int(s.get(l.data[at : at+size]))
}

// seal puts the checksums of a PNG right, which are behind each chunk.
func seal(data []byte) {
	if format.Sniff(data) != format.PNG {
		return
	}
	for _, chunk := range layoutOf(data).pieces {
		sum := chunk.to - 4
		big.put(data[sum:chunk.to], crc32.ChecksumIEEE(data[chunk.from+4:sum]))
	}
}
