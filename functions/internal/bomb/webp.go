package bomb

// WebP is an animation, or with one frame at 0, 0 and no canvas a still. Frames
// of one colour take 40 bytes whatever their size, since a prefix code of a
// single symbol takes no bits. See
// https://developers.google.com/speed/webp/docs/riff_container and
// https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification.
type WebP struct {
	Width, Height int // of the canvas; 0 for none
	Frames        []WebPFrame
}

// WebPFrame is a rectangle of one colour.
type WebPFrame struct {
	X, Y          int // even
	Width, Height int // 1 to 16384
	Color         [4]byte
}

// Encode returns the file.
func (w WebP) Encode() []byte {
	body := []byte("WEBP")
	if w.Width == 0 {
		body = append(body, riff("VP8L", w.Frames[0].lossless())...)
		return riff("RIFF", body)
	}
	const animated, alpha = 0x02, 0x10
	body = append(body, riff("VP8X", u24(le(nil, uint32(animated|alpha)), w.Width-1, w.Height-1))...)
	body = append(body, riff("ANIM", make([]byte, 6))...)
	for _, f := range w.Frames {
		frame := u24(nil, f.X/2, f.Y/2, f.Width-1, f.Height-1, 40)
		frame = append(frame, 0)
		body = append(body, riff("ANMF", append(frame, riff("VP8L", f.lossless())...))...)
	}
	return riff("RIFF", body)
}

// lossless is the frame's bit stream.
func (f WebPFrame) lossless() []byte {
	b := &bits{bytes: []byte{0x2f}, free: 0}
	b.put(f.Width-1, 14)
	b.put(f.Height-1, 14)
	b.put(1, 1) // alpha is used
	b.put(0, 3) // version
	b.put(0, 1) // no transform
	b.put(0, 1) // no colour cache
	b.put(0, 1) // one group of prefix codes: green, red, blue, alpha, distance
	for _, symbol := range []byte{f.Color[1], f.Color[0], f.Color[2], f.Color[3], 0} {
		b.put(1, 1) // a simple code
		b.put(0, 1) // of one symbol
		b.put(1, 1) // of 8 bits
		b.put(int(symbol), 8)
	}
	return b.bytes
}

// riff is a chunk, padded to an even length.
func riff(name string, data []byte) []byte {
	chunk := le(nil, name, uint32(len(data)), data)
	return append(chunk, make([]byte, len(data)&1)...)
}

func u24(b []byte, values ...int) []byte {
	for _, v := range values {
		b = append(b, byte(v), byte(v>>8), byte(v>>16))
	}
	return b
}

// bits are written from the lowest bit of each byte.
type bits struct {
	bytes []byte
	free  int // of the last byte
}

func (b *bits) put(value, n int) {
	for i := range n {
		if b.free == 0 {
			b.bytes, b.free = append(b.bytes, 0), 8
		}
		b.bytes[len(b.bytes)-1] |= byte(value>>i&1) << (8 - b.free)
		b.free--
	}
}
