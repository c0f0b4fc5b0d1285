package mutation

// boxes finds those of ISO/IEC 14496-12, section 4.2, one within the other.
func (l *layout) boxes(at, to int) {
	for at+8 <= to {
		end := at + l.read(at, 4, big)
		if end < at+8 || end > to {
			return
		}
		l.row(at, big, 4)
		body := at + 8
		switch string(l.data[at+4 : body]) {
		case "moov", "trak", "iprp", "ipco", "iref", "grpl":
			l.boxes(body, end)
		case "meta": // behind version and flags
			l.boxes(body+4, end)
		case "iinf": // and a count
			l.row(body, big, 4, 2)
			l.boxes(body+6, end)
		case "mdat":
		default:
			l.words(body, end)
		}
		l.piece(at, end)
		at = end
	}
}

// words notes all that may be a number in a box's first bytes, whatever it is
// of: ispe, pixi, iloc, pitm, av1C, colr …
func (l *layout) words(from, to int) {
	to = min(to, from+64)
	for at := from; at < to; at++ {
		l.row(at, big, 1)
	}
	for at := from; at+4 <= to; at += 2 {
		l.row(at, big, 2, 4)
	}
}
