package format

// WholeGIF reports whether a GIF's blocks are all there, as far as they go:
// its decoder shows a part of a frame that was cut off without complaint. A
// missing trailer is forgiven.
//
// The blocks are those of the GIF89a specification, sections 17 to 27.
func WholeGIF(data []byte) bool {
	const header = 13 // signature and logical screen
	if len(data) < header {
		return false
	}
	rest, ok := skip(data, header+colorTable(data[10]))
	for ok && len(rest) > 0 {
		switch rest[0] {
		case 0x21: // extension: label, then data
			if rest, ok = skip(rest, 2); ok {
				rest, ok = skipChain(rest)
			}
		case 0x2c: // image: place and size, colours, code size, then data
			const descriptor = 10
			if len(rest) < descriptor {
				return false
			}
			if rest, ok = skip(rest, descriptor+colorTable(rest[9])+1); ok {
				rest, ok = skipChain(rest)
			}
		default: // trailer, or what decoders take for it
			return true
		}
	}
	return ok
}

// colorTable returns the length of the colour table that packed flags
// announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func skip(data []byte, n int) ([]byte, bool) {
	if len(data) < n {
		return nil, false
	}
	return data[n:], true
}

// skipChain skips data blocks, each behind its length, up to one of length 0.
func skipChain(data []byte) (rest []byte, ok bool) {
	for len(data) > 0 {
		n := int(data[0])
		if data, ok = skip(data, 1+n); !ok || n == 0 {
			return data, ok
		}
	}
	return nil, false
}
