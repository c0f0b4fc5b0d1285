package mutation

// tiff finds the directories of TIFF 6.0, section 2, and their entries.
func (l *layout) tiff() {
	order := big
	if l.data[0] == 'I' {
		order = little
	}
	l.row(4, order, 4)
	at := l.read(4, 4, order)
	for seen := 0; at >= 8 && at+2 <= len(l.data) && seen < 16; seen++ {
		l.row(at, order, 2)
		entries := l.read(at, 2, order)
		at += 2
		for ; entries > 0 && at+12 <= len(l.data); entries-- {
			l.row(at, order, 2, 2, 4, 4) // tag, type, count, value or where it is
			l.piece(at, at+12)
			at += 12
		}
		l.row(at, order, 4) // where the next directory is
		at = l.read(at, 4, order)
	}
}
