package mutation

// gif finds the blocks of the GIF89a specification.
func (l *layout) gif() {
	const header = 13
	l.row(6, little, 2, 2, 1, 1, 1) // width, height, flags, background, aspect
	for at := header + l.palette(10); at < len(l.data); {
		body := at
		switch l.data[at] {
		case 0x21: // extension: label, then a chain
			l.row(at+1, little, 1, 1, 1, 2, 1)
			body += 2
		case 0x2c: // image: place, size, flags, colours, code size, then a chain
			l.row(at+1, little, 2, 2, 2, 2, 1)
			body += 10 + l.palette(at+9)
			l.row(body, little, 1, 1)
			body++
		default:
			return
		}
		end := l.chain(body)
		if end > len(l.data) {
			return
		}
		l.piece(at, end)
		at = end
	}
}

// palette returns the length of the colours that the flags at a place
// announce.
func (l *layout) palette(at int) int {
	if flags := l.read(at, 1, little); flags&0x80 != 0 {
		return 3 << (flags&7 + 1)
	}
	return 0
}

// chain returns where a chain of data blocks ends, each behind its length.
func (l *layout) chain(at int) int {
	for at < len(l.data) && l.data[at] != 0 {
		at += 1 + int(l.data[at])
	}
	return at + 1
}
