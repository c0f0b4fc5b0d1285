package mutation

// png finds the chunks of the PNG specification, section 5.3: length, type,
// data, checksum.
func (l *layout) png() {
	for at := 8; at+12 <= len(l.data); {
		length := l.read(at, 4, big)
		end := at + 12 + length
		if end > len(l.data) {
			return
		}
		l.row(at, big, 4)
		body := at + 8
		switch string(l.data[at+4 : body]) {
		case "IHDR": // width, height, depth, colour type, compression, filter, interlace
			l.row(body, big, 4, 4, 1, 1, 1, 1, 1)
		case "PLTE", "tRNS":
			l.row(body, big, 1, 1, 1)
		case "gAMA", "pHYs":
			l.row(body, big, 4, 4, 1)
		case "IDAT", "iCCP": // zlib's header
			l.row(body, big, 1, 1)
		}
		l.piece(at, end)
		at = end
	}
}
