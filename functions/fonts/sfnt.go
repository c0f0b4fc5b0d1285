package main

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/bits"
	"slices"
)

// font is a TrueType font: its tables by their tags.
//
// https://learn.microsoft.com/typography/opentype/spec/otff
type font struct {
	version uint32
	table   map[string][]byte
}

var errShort = errors.New("the font is too short for what it says of itself")

const (
	headLength   = 12 // of the file: version, number of tables, search aids
	recordLength = 16 // of a table: tag, checksum, offset, length
)

// parse takes a font apart. The tables share its bytes.
func parse(file []byte) (*font, error) {
	if len(file) < headLength {
		return nil, errShort
	}
	f := &font{binary.BigEndian.Uint32(file), map[string][]byte{}}
	records := file[headLength:]
	for range binary.BigEndian.Uint16(file[4:]) {
		if len(records) < recordLength {
			return nil, errShort
		}
		offset, length := uint64(binary.BigEndian.Uint32(records[8:])), uint64(binary.BigEndian.Uint32(records[12:]))
		if offset+length > uint64(len(file)) {
			return nil, errShort
		}
		f.table[string(records[:4])] = file[offset : offset+length]
		records = records[recordLength:]
	}
	return f, nil
}

// drop leaves tables out.
func (f *font) drop(tags ...string) {
	for _, tag := range tags {
		delete(f.table, tag)
	}
}

// bytes puts the font together again.
func (f *font) bytes() []byte {
	tags := slices.Sorted(maps.Keys(f.table))
	head := slices.Clone(f.table["head"])
	binary.BigEndian.PutUint32(head[8:], 0) // the whole file's checksum, which is reckoned without it
	f.table["head"] = head

	n := uint16(len(tags))
	power := uint16(bits.Len16(n) - 1) // of the largest power of two that n holds
	file := binary.BigEndian.AppendUint32(nil, f.version)
	for _, number := range []uint16{n, recordLength << power, power, recordLength*n - recordLength<<power} {
		file = binary.BigEndian.AppendUint16(file, number)
	}
	offset := headLength + recordLength*len(tags)
	adjustment := 0 // where in the file it is
	for _, tag := range tags {
		table := f.table[tag]
		file = append(file, tag...)
		for _, number := range []uint32{sum(table), uint32(offset), uint32(len(table))} {
			file = binary.BigEndian.AppendUint32(file, number)
		}
		if tag == "head" {
			adjustment = offset + 8
		}
		offset += (len(table) + 3) &^ 3
	}
	for _, tag := range tags {
		file = append(file, f.table[tag]...)
		file = append(file, make([]byte, -len(file)&3)...)
	}
	binary.BigEndian.PutUint32(file[adjustment:], 0xb1b0afba-sum(file))
	return file
}

// sum is a table's checksum: that of its 32-bit words.
func sum(table []byte) (total uint32) {
	padded := append(slices.Clip(table), make([]byte, -len(table)&3)...)
	for ; len(padded) > 0; padded = padded[4:] {
		total += binary.BigEndian.Uint32(padded)
	}
	return total
}
