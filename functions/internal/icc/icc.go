// Package icc tells what ICC profiles say of themselves, and makes two small
// ones. To follow a profile is libvips' business.
package icc

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// IsSRGB reports whether a profile calls itself sRGB, as most do. In either
// form of a description, the letters stand in plain or UTF-16 text.
func IsSRGB(profile []byte) bool {
	text := describing(profile)
	return bytes.Contains(text, []byte("sRGB")) || bytes.Contains(text, []byte("s\x00R\x00G\x00B"))
}

// IsRGB reports whether a profile is for samples of red, green and blue
// (ICC.1:2022, section 7.2.6).
func IsRGB(profile []byte) bool {
	const at = 16
	return len(profile) > at && bytes.HasPrefix(profile[at:], []byte("RGB "))
}

// Name is what a profile calls itself, "" if it does not say. Text is ASCII up
// to version 2 (ICC.1:2001-04, section 6.5.17), and UTF-16 in several languages,
// of which the first counts, from then on (ICC.1:2022, section 10.15).
func Name(profile []byte) string {
	switch element := describing(profile); {
	case bytes.HasPrefix(element, []byte("desc")) && len(element) >= 12:
		length := min(number(element[8:]), uint32(len(element)-12))
		name, _, _ := strings.Cut(string(part(element, 12, length)), "\x00")
		return strings.ToValidUTF8(name, "")
	case bytes.HasPrefix(element, []byte("mluc")) && len(element) >= 28:
		var units []uint16
		for text := part(element, number(element[24:]), number(element[20:])); len(text) >= 2; text = text[2:] {
			units = append(units, binary.BigEndian.Uint16(text))
		}
		return string(utf16.Decode(units))
	}
	return ""
}

// describing is the element of a profile that tells its name. It lies where the
// tag table says (ICC.1:2022, sections 7.3 and 9.2.41).
func describing(profile []byte) []byte {
	const header = 128
	if len(profile) < header+4 {
		return nil
	}
	table := profile[header+4:]
	for n := number(profile[header:]); n > 0 && len(table) >= 12; n-- {
		if string(table[:4]) == "desc" {
			return part(profile, number(table[4:]), number(table[8:]))
		}
		table = table[12:]
	}
	return nil
}

func number(data []byte) uint32 { return binary.BigEndian.Uint32(data) }

// part returns a stretch of what is there, or nil where it is not.
func part(data []byte, at, length uint32) []byte {
	if uint64(at)+uint64(length) > uint64(len(data)) {
		return nil
	}
	return data[at:][:length]
}
