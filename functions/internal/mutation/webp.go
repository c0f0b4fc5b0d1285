package mutation

func (l *layout) webp() {
	l.row(4, little, 4) // the file's length
	l.chunks(12, len(l.data))
}

// chunks finds those of a RIFF file, and what WebP's hold (RFC 9649, section
// 2; for the pictures' own headers RFC 6386, section 9.1, and RFC 9649,
// section 3.4).
func (l *layout) chunks(at, to int) {
	for at+8 <= to {
		length := l.read(at+4, 4, little)
		end := at + 8 + length + length%2
		if end > to {
			return
		}
		l.row(at+4, little, 4)
		body := at + 8
		switch string(l.data[at : at+4]) {
		case "VP8X": // flags, canvas
			l.row(body, little, 1, 3, 3, 3)
		case "VP8 ": // frame tag, start code, width, height
			l.row(body, little, 3, 3, 2, 2)
		case "VP8L": // signature, width and height of 14 bits
			l.row(body, little, 1, 2, 2)
		case "ALPH":
			l.row(body, little, 1)
		case "ANIM": // background, loops
			l.row(body, little, 4, 2)
		case "ANMF": // place, size, duration, flags; then chunks
			l.row(body, little, 3, 3, 3, 3, 3, 1)
			l.chunks(body+16, end)
		}
		l.piece(at, end)
		at = end
	}
}
