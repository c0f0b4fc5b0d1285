package main

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// keep leaves only what draws the wanted characters. Glyphs keep their numbers;
// the others lose their outlines, which is most of a font. What glyphs stand for
// in which context is lost, too: fonts of scripts that are joined must not be cut.
func (f *font) keep(wanted func(rune) bool) error {
	glyphs, err := f.characters()
	if err != nil {
		return err
	}
	maps.DeleteFunc(glyphs, func(r rune, _ uint32) bool { return !wanted(r) })
	f.drop("GSUB", "vhea", "vmtx")
	f.table["cmap"] = mapping(glyphs)
	return f.empty(f.parts(slices.Collect(maps.Values(glyphs))))
}

// characters reads which glyph draws which character, from the mapping of all of
// Unicode (cmap's format 12).
func (f *font) characters() (map[rune]uint32, error) {
	table := f.table["cmap"]
	if len(table) < 4 {
		return nil, errShort
	}
	for i := range int(binary.BigEndian.Uint16(table[2:])) {
		if len(table) < 12+8*i {
			return nil, errShort
		}
		offset := binary.BigEndian.Uint32(table[8+8*i:])
		if uint64(offset)+16 > uint64(len(table)) {
			return nil, errShort
		}
		if sub := table[offset:]; binary.BigEndian.Uint16(sub) == 12 {
			return ranges(sub[12:])
		}
	}
	return nil, errors.New("the font has no mapping of all of Unicode")
}

// ranges reads groups of characters that follow each other, as their glyphs do.
func ranges(groups []byte) (map[rune]uint32, error) {
	glyphs := map[rune]uint32{}
	n := binary.BigEndian.Uint32(groups)
	groups = groups[4:]
	if uint64(len(groups)) < 12*uint64(n) {
		return nil, errShort
	}
	for range n {
		first, last, glyph := binary.BigEndian.Uint32(groups), binary.BigEndian.Uint32(groups[4:]), binary.BigEndian.Uint32(groups[8:])
		for r := first; r <= min(last, 0x10ffff); r++ {
			glyphs[rune(r)] = glyph + r - first
		}
		groups = groups[12:]
	}
	return glyphs, nil
}

// mapping is a cmap of one table, of format 12.
func mapping(glyphs map[rune]uint32) []byte {
	var groups []byte
	var n, next uint32 // groups, and the glyph that would go on with the last one
	before := rune(-2)
	for _, r := range slices.Sorted(maps.Keys(glyphs)) {
		if glyph := glyphs[r]; r != before+1 || glyph != next {
			for _, number := range []uint32{uint32(r), uint32(r), glyph} {
				groups = binary.BigEndian.AppendUint32(groups, number)
			}
			n++
		}
		binary.BigEndian.PutUint32(groups[12*n-8:], uint32(r)) // the group's last
		before, next = r, glyphs[r]+1
	}
	const windows, all, head = 3, 10, 16
	table := []byte{0, 0, 0, 1, 0, windows, 0, all, 0, 0, 0, 12, 0, 12, 0, 0} // version, tables, the one's platform, encoding, offset; its format
	for _, number := range []uint32{head + 12*n, 0, n} {
		table = binary.BigEndian.AppendUint32(table, number)
	}
	return append(table, groups...)
}

// parts adds to glyphs those that they are composed of, and the one for what
// is missing.
func (f *font) parts(glyphs []uint32) map[uint32]bool {
	all := map[uint32]bool{}
	for stack := append(glyphs, 0); len(stack) > 0; {
		glyph := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !all[glyph] {
			all[glyph] = true
			stack = append(stack, components(f.outline(glyph))...)
		}
	}
	return all
}

// outline is what glyf says of a glyph, in a font whose offsets have 32 bits.
func (f *font) outline(glyph uint32) []byte {
	places := f.table["loca"][4*glyph:]
	return f.table["glyf"][binary.BigEndian.Uint32(places):binary.BigEndian.Uint32(places[4:])]
}

// components are the glyphs that an outline is composed of, if it is.
func components(outline []byte) (glyphs []uint32) {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	const wordArguments, scale, more, twoScales, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	for rest := outline[10:]; len(rest) >= 4; {
		flags := binary.BigEndian.Uint16(rest)
		glyphs = append(glyphs, uint32(binary.BigEndian.Uint16(rest[2:])))
		length := 6
		for flag, extra := range map[uint16]int{wordArguments: 2, scale: 2, twoScales: 4, matrix: 8} {
			if flags&flag != 0 {
				length += extra
			}
		}
		if flags&more == 0 || len(rest) < length {
			break
		}
		rest = rest[length:]
	}
	return glyphs
}

// empty takes the outlines from all glyphs but those kept.
func (f *font) empty(kept map[uint32]bool) error {
	const longOffsets = 51 // where in head their size is told
	if head := f.table["head"]; len(head) <= longOffsets || head[longOffsets] != 1 {
		return errors.New("the font's offsets have 16 bits")
	}
	var outlines, places []byte
	for glyph := range uint32(len(f.table["loca"])/4 - 1) {
		places = binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
		if kept[glyph] {
			outlines = append(outlines, f.outline(glyph)...)
		}
	}
	f.table["glyf"], f.table["loca"] = outlines, binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
	return nil
}
