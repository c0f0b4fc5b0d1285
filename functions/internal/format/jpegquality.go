package format

import "encoding/binary"

// TablesWithin is how many first bytes of a JPEG are searched for its
// quantisation tables. Colour profile and EXIF may come before them.
const TablesWithin = 1 << 20

// standardLuminance is the quantisation table that quality 50 stands for
// (ITU-T T.81, table K.1, in zigzag order).
var standardLuminance = [64]int{
	16, 11, 12, 14, 12, 10, 16, 14,
	13, 14, 18, 17, 16, 19, 24, 40,
	26, 24, 22, 22, 24, 49, 35, 37,
	29, 40, 58, 51, 61, 60, 57, 51,
	56, 55, 64, 72, 92, 78, 64, 68,
	87, 69, 55, 56, 80, 109, 81, 87,
	95, 98, 103, 104, 103, 62, 77, 113,
	121, 112, 100, 120, 92, 101, 103, 99,
}

// JPEGQuality estimates the quality, 1 to 100, that a JPEG was encoded with:
// the one whose scaled standard table is nearest to the file's own first
// table. It returns 0 if head holds no table.
func JPEGQuality(head []byte) int {
	table, ok := quantisation(head)
	if !ok {
		return 0
	}
	best, least := 0, -1
	for q := 1; q <= 100; q++ {
		distance := 0
		for i, standard := range standardLuminance {
			is, would := table[i], scaled(standard, q)
			distance += max(is, would) - min(is, would)
		}
		if least < 0 || distance < least {
			best, least = q, distance
		}
	}
	return best
}

// scaled is the entry of a standard table at a quality, by the formula of the
// Independent JPEG Group's library.
func scaled(standard, q int) int {
	scale := 200 - 2*q
	if q < 50 {
		scale = 5000 / q
	}
	return max(1, min(255, (standard*scale+50)/100))
}

// quantisation returns the first quantisation table (T.81, B.2.4.1).
func quantisation(head []byte) (table [64]int, ok bool) {
	const dqt, sos = 0xdb, 0xda
	for at := 2; at+4 <= len(head); {
		if head[at] != 0xff {
			return table, false
		}
		marker := head[at+1]
		if marker == 0xff { // padding
			at++
			continue
		}
		length := int(binary.BigEndian.Uint16(head[at+2:]))
		if marker == sos || length < 2 || at+2+length > len(head) {
			return table, false
		}
		if marker == dqt {
			return parseTable(head[at+4 : at+2+length])
		}
		at += 2 + length
	}
	return table, false
}

// parseTable reads 64 entries of one byte, or of two if the first half-byte
// says so.
func parseTable(segment []byte) (table [64]int, ok bool) {
	if len(segment) < 1 {
		return table, false
	}
	bytesEach := 1 + int(segment[0]>>4)
	entries := segment[1:]
	if bytesEach > 2 || len(entries) < 64*bytesEach {
		return table, false
	}
	for i := range table {
		if bytesEach == 2 {
			table[i] = int(binary.BigEndian.Uint16(entries[2*i:]))
		} else {
			table[i] = int(entries[i])
		}
	}
	return table, true
}
