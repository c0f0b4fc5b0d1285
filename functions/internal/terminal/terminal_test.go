package terminal

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

func TestLines(t *testing.T) {
	for _, c := range []struct{ text, line, lines string }{
		{`C:\rose "장미" 🌹.jpg`, `C:\rose "장미" 🌹.jpg`, `C:\rose "장미" 🌹.jpg`},
		{"a\x1b[2J\nb\tc\r", `a\x1b[2J\nb\tc\r`, "a\\x1b[2J\nb\tc\\r"},
		{"\u009b31m\x9b�", `\u009b31m\x9b�`, `\u009b31m\x9b�`},
		{"gpj.\u202eesor", `gpj.\u202eesor`, `gpj.\u202eesor`},
	} {
		var out bytes.Buffer
		n, err := fmt.Fprint(Writer{&out}, c.text)
		if Line(c.text) != c.line || out.String() != c.lines || n != len(c.text) || err != nil {
			t.Errorf("%q is %q on a line and %q on several", c.text, Line(c.text), out.String())
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b]0;x\a\x9b\u2066")
	f.Fuzz(func(t *testing.T, text string) {
		if line := Line(text); strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.C, r) }) {
			t.Errorf("%q is %q", text, line)
		}
	})
}
