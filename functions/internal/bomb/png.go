package bomb

import (
	"encoding/binary"
	"hash/crc32"
)

// PNG is an image of which every sample is 0. See
// https://www.w3.org/TR/png-3/.
type PNG struct {
	Width, Height int
	Depth         int  // bits a sample: 1, 2, 4, 8 or 16
	Color         byte // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
	Interlaced    bool
	Chunks        [][]byte // before the pixels
}

var pngChannels = map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// Encode returns the file, about a thousandth of its pixels long.
func (p PNG) Encode() []byte {
	head := be(nil, uint32(p.Width), uint32(p.Height), byte(p.Depth), p.Color, "\x00\x00", bit(p.Interlaced))
	file := append([]byte("\x89PNG\r\n\x1a\n"), Chunk("IHDR", head)...)
	if p.Color == 3 {
		file = append(file, Chunk("PLTE", []byte{200, 30, 60})...)
	}
	for _, chunk := range p.Chunks {
		file = append(file, chunk...)
	}
	file = append(file, Chunk("IDAT", zeros(p.size()))...)
	return append(file, Chunk("IEND", nil)...)
}

// size is how many bytes the pixels unpack to: each row begins with its filter.
func (p PNG) size() int64 {
	if !p.Interlaced {
		return p.pass(p.Width, p.Height)
	}
	total := int64(0)
	for _, a := range adam7 {
		total += p.pass((p.Width-a.x+a.dx-1)/a.dx, (p.Height-a.y+a.dy-1)/a.dy)
	}
	return total
}

func (p PNG) pass(w, h int) int64 {
	if w == 0 {
		return 0
	}
	return int64(h) * int64(1+(w*p.Depth*pngChannels[p.Color]+7)/8)
}

// adam7 are the passes of interlacing: where each begins, and its steps.
var adam7 = []struct{ x, y, dx, dy int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// Chunk is one of a PNG's blocks.
func Chunk(name string, data []byte) []byte {
	chunk := be(nil, uint32(len(data)), name, data)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// ICCP, ZTXt and ITXt are chunks that unpack to n bytes: a colour profile and
// texts.
func ICCP(n int64) []byte { return Chunk("iCCP", append([]byte("icc\x00\x00"), zeros(n)...)) }
func ZTXt(n int64) []byte { return Chunk("zTXt", append([]byte("Comment\x00\x00"), zeros(n)...)) }
func ITXt(n int64) []byte {
	return Chunk("iTXt", append([]byte("Comment\x00\x01\x00\x00\x00"), zeros(n)...))
}

func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}
