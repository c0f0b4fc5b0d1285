package magick

import (
	"strconv"
	"strings"
)

// whole parses a decimal number without sign or fraction.
func whole(text string, low, high int) (int, bool) {
	n, rest := cutNumber(text)
	if rest != "" || text == "" || strings.Contains(text, ".") || len(text) > 6 {
		return 0, false
	}
	return int(n), low <= int(n) && int(n) <= high
}

// decimal parses a number that may have a fraction, but no sign or exponent.
func decimal(text string, low, high float64) (float64, bool) {
	n, rest := cutNumber(text)
	return n, rest == "" && text != "" && low <= n && n <= high
}

// cutNumber parses the digits, with at most one point among them, that text
// begins with and returns the rest. Without a number it returns all of text.
func cutNumber(text string) (n float64, rest string) {
	end, points := 0, 0
	for end < len(text) && (isDigit(text[end]) || text[end] == '.' && points == 0) {
		if text[end] == '.' {
			points++
		}
		end++
	}
	n, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return 0, text
	}
	return n, text[end:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quote shows a caller's text in a message, cut where it is long.
func quote(text string) string {
	const shown = 40
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "…"
	}
	return strconv.Quote(text)
}
