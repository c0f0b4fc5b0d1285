// Package terminal keeps text that others wrote from commanding a terminal:
// control characters move its cursor, recolour it and rename its window, and
// those that turn the direction of writing show another text than there is.
package terminal

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Line returns text on one line, in which whatever is no graphic character is
// written as Go writes it in quotes.
func Line(text string) string { return escape(text, "") }

// Lines does the same, but keeps tabs and the ends of lines.
func Lines(text string) string { return escape(text, "\n\t") }

func escape(text, kept string) string {
	var b strings.Builder
	for size := 0; text != ""; text = text[size:] {
		var r rune
		r, size = utf8.DecodeRuneInString(text)
		shown := text[:size]
		if graphic := strconv.IsGraphic(r) && utf8.ValidString(shown); !graphic && !strings.ContainsRune(kept, r) {
			quoted := strconv.QuoteToGraphic(shown)
			shown = quoted[1 : len(quoted)-1]
		}
		b.WriteString(shown)
	}
	return b.String()
}

// Writer writes [Lines]. A character must come in one piece.
type Writer struct{ io.Writer }

// Write implements [io.Writer].
func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, Lines(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
