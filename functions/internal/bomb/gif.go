package bomb

import (
	"bytes"
	"compress/lzw"
)

// GIF is an animation of equal frames, each of one colour. See
// https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
type GIF struct {
	Width, Height           int // of the screen
	Frames                  int
	FrameWidth, FrameHeight int
	Disposal                byte // 1 keep, 2 background, 3 previous
}

// Encode returns the file.
func (g GIF) Encode() []byte {
	const tableOfTwo = 0x80
	file := le(nil, "GIF89a", uint16(g.Width), uint16(g.Height), byte(tableOfTwo), "\x00\x00", "\xc0\x20\x40\x10\x20\x30")
	frame := le(nil, "\x21\xf9\x04", g.Disposal<<2, uint16(4), "\x00\x00")
	frame = le(frame, "\x2c", uint32(0), uint16(g.FrameWidth), uint16(g.FrameHeight), byte(0), byte(2))
	frame = append(frame, blocks(compressed(g.FrameWidth*g.FrameHeight))...)
	return append(append(file, bytes.Repeat(frame, g.Frames)...), 0x3b)
}

// compressed are n pixels of the colour 0.
func compressed(n int) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.LSB, 2)
	w.Write(make([]byte, n))
	w.Close()
	return b.Bytes()
}

// blocks puts its length before every 255 bytes, and an empty block at the end.
func blocks(data []byte) []byte {
	var b []byte
	for len(data) > 0 {
		n := min(len(data), 255)
		b = append(append(b, byte(n)), data[:n]...)
		data = data[n:]
	}
	return append(b, 0)
}
