package mutation

// jpeg finds the segments of ITU-T T.81, annex B.
func (l *layout) jpeg() {
	for at := 2; at+4 <= len(l.data) && l.data[at] == 0xff; {
		marker, length := l.data[at+1], l.read(at+2, 2, big)
		end := at + 2 + length
		if length < 2 || end > len(l.data) {
			return
		}
		l.row(at+1, big, 1, 2)
		body := at + 4
		switch {
		case marker >= 0xc0 && marker <= 0xc3: // frame: precision, height, width, components
			l.row(body, big, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
		case marker == 0xc4: // Huffman codes: how many of each length
			l.row(body, big, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
		case marker == 0xda: // scan: components and their tables, then spectral selection; then data
			l.row(body, big, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
			end = l.scan(end)
		case marker == 0xdb, marker == 0xdd: // quantisation, restart interval
			l.row(body, big, 1, 1)
		case marker == 0xe1: // EXIF: a TIFF behind six bytes
			l.row(body+6, big, 2, 2, 4, 2, 2, 2, 4, 4)
		}
		l.piece(at, end)
		at = end
	}
}

// scan returns where the data of a scan end: at a marker that is neither a
// restart nor a stuffed byte.
func (l *layout) scan(at int) int {
	for ; at+1 < len(l.data); at++ {
		if next := l.data[at+1]; l.data[at] == 0xff && next != 0 && (next < 0xd0 || next > 0xd7) {
			return at
		}
	}
	return len(l.data)
}
