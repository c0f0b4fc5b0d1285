package icc

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf16"
)

// space is what a profile says of a space of red, green and blue, lit by D65.
type space struct {
	name      string
	colorants [3][3]float64 // X, Y and Z of red, green and blue, adapted to D50
	curve     []byte        // from samples to light, an element of type curv or para
}

// bradford adapts D65 to D50, the light that profiles count with (ICC.1:2022,
// annex E).
var bradford = [9]float64{1.047882, 0.022919, -0.050217, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678}

// AdobeRGB is the profile of Adobe RGB (Adobe RGB (1998) Color Image Encoding, section 4.3).
var AdobeRGB = space{
	name: "compatible with Adobe RGB (1998)",
	colorants: [3][3]float64{
		{0.609741, 0.311111, 0.019470},
		{0.205276, 0.625671, 0.060867},
		{0.149185, 0.063217, 0.744568},
	},
	curve: element("para", u16(0), u16(0), fixed(2.19921875)),
}.encode()

// TinySRGB is sRGB's profile in a fifth of the bytes that it has elsewhere: its
// curve is told by its formula (IEC 61966-2-1), not by a table of it.
var TinySRGB = space{
	name: "sRGB",
	colorants: [3][3]float64{
		{0.436066, 0.222488, 0.013916},
		{0.385147, 0.716873, 0.097076},
		{0.143066, 0.060608, 0.714096},
	},
	curve: element("para", u16(3), u16(0), fixed(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)),
}.encode()

// encode writes a profile of version 4 (ICC.1:2022, sections 7 to 10).
func (c space) encode() []byte {
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", text(c.name)},
		{"cprt", text("CC0")},
		{"wtpt", element("XYZ ", fixed(d50[:]...))},
		{"chad", element("sf32", fixed(bradford[:]...))},
		{"rXYZ", element("XYZ ", fixed(c.colorants[0][:]...))},
		{"gXYZ", element("XYZ ", fixed(c.colorants[1][:]...))},
		{"bXYZ", element("XYZ ", fixed(c.colorants[2][:]...))},
		{"rTRC", c.curve},
		{"gTRC", c.curve},
		{"bTRC", c.curve},
	}
	const header = 128
	table := u32(len(tags))
	var data []byte
	at := map[string]int{} // elements that are the same are written once
	for _, tag := range tags {
		offset, written := at[string(tag.data)]
		if !written {
			offset = header + 4 + 12*len(tags) + len(data)
			at[string(tag.data)] = offset
			data = append(data, tag.data...)
			data = append(data, make([]byte, -len(data)&3)...)
		}
		table = slices.Concat(table, []byte(tag.name), u32(offset), u32(len(tag.data)))
	}
	return slices.Concat(
		u32(header+len(table)+len(data)), u32(0), u32(0x04300000), []byte("mntrRGB XYZ "),
		u16(2026), u16(1), u16(1), make([]byte, 6), // when it was made
		[]byte("acsp"), make([]byte, 28), fixed(d50[:]...), make([]byte, 48),
		table, data,
	)
}

// d50 is the profile connection space's white.
var d50 = [3]float64{0.9642, 1, 0.8249}

// element is an element of a type, which begins with its name.
func element(kind string, parts ...[]byte) []byte {
	return append(slices.Concat([]byte(kind), u32(0)), slices.Concat(parts...)...)
}

// text is text in English (section 10.15).
func text(s string) []byte {
	const record = 12
	units := utf16.Encode([]rune(s))
	element := element("mluc", u32(1), u32(record), []byte("enUS"), u32(2*len(units)), u32(16+record))
	for _, unit := range units {
		element = append(element, u16(int(unit))...)
	}
	return element
}

// fixed are numbers with 16 bits behind the point.
func fixed(numbers ...float64) (data []byte) {
	for _, n := range numbers {
		data = binary.BigEndian.AppendUint32(data, uint32(int32(math.Round(n*65536))))
	}
	return data
}

func u16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

func u32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
