package magick

import (
	"fmt"
	"strings"
)

// Subject is an image as a [Template] describes it.
type Subject struct {
	Format        string // PNG, JPEG …
	Width, Height int    // px
	Depth         int    // bits a channel
	Colorspace    string // sRGB, Gray, CMYK …
	Quality       int    // 1 to 100, 0 if unknown
	Alpha         bool
	Frames        int
	Bytes         int64
}

// Template is a text with percent escapes that describes an image. Its zero
// value describes nothing.
type Template struct{ parts []part }

// part writes one piece of the description of a frame, counted from 0.
type part func(s Subject, frame int) string

// escapes are those that a template may hold.
var escapes = map[string]part{
	"%":            func(Subject, int) string { return "%" },
	"w":            func(s Subject, _ int) string { return fmt.Sprint(s.Width) },
	"h":            func(s Subject, _ int) string { return fmt.Sprint(s.Height) },
	"m":            func(s Subject, _ int) string { return s.Format },
	"z":            func(s Subject, _ int) string { return fmt.Sprint(s.Depth) },
	"b":            func(s Subject, _ int) string { return size(s.Bytes, 1000, "") },
	"g":            func(s Subject, _ int) string { return s.Page() },
	"n":            func(s Subject, _ int) string { return fmt.Sprint(s.Frames) },
	"p":            func(_ Subject, frame int) string { return fmt.Sprint(frame) },
	"s":            func(_ Subject, frame int) string { return fmt.Sprint(frame) },
	"Q":            func(s Subject, _ int) string { return fmt.Sprint(s.quality()) },
	"A":            func(s Subject, _ int) string { return s.alpha() },
	"[width]":      func(s Subject, _ int) string { return fmt.Sprint(s.Width) },
	"[height]":     func(s Subject, _ int) string { return fmt.Sprint(s.Height) },
	"[colorspace]": func(s Subject, _ int) string { return s.Colorspace },
}

// line is what identify prints of an image without a template, but for the
// file name, which is nobody's business, and the time it took.
var line = must("%m %wx%h %g %z-bit %[colorspace] %b")

const templateForm = `a text with %w %h %m %z %b %g %n %p %s %Q %A %[width] %[height] %[colorspace] %%, and \n \r \t \\`

func parseTemplate(s *settings, value string) error {
	t, err := newTemplate(value)
	if err != nil {
		return err
	}
	s.template = t
	return nil
}

func newTemplate(text string) (Template, error) {
	var t Template
	for text != "" {
		at := strings.IndexAny(text, `%\`)
		if at < 0 {
			at = len(text)
		}
		if at > 0 {
			t.literal(text[:at])
			text = text[at:]
			continue
		}
		rest, ok := t.cutEscape(text)
		if !ok {
			return t, bad("-format %s: the escape %s is not known; it must be %s", quote(text), quote(firstRunes(text, 2)), templateForm)
		}
		text = rest
	}
	return t, nil
}

func must(text string) Template {
	t, err := newTemplate(text)
	if err != nil {
		panic(err)
	}
	return t
}

// cutEscape reads the escape that text begins with.
func (t *Template) cutEscape(text string) (rest string, ok bool) {
	if text[0] == '\\' {
		return t.cutBackslash(text[1:])
	}
	name := text[1:]
	if strings.HasPrefix(name, "[") {
		end := strings.Index(name, "]") + 1
		name = name[:end]
	} else if name != "" {
		name = name[:1]
	}
	write, ok := escapes[name]
	t.parts = append(t.parts, write)
	return text[1+len(name):], ok
}

func (t *Template) cutBackslash(text string) (rest string, ok bool) {
	if text == "" {
		return "", false
	}
	control, ok := map[byte]string{'n': "\n", 'r': "\r", 't': "\t", '\\': `\`}[text[0]]
	t.literal(control)
	return text[1:], ok
}

func (t *Template) literal(text string) {
	t.parts = append(t.parts, func(Subject, int) string { return text })
}

func firstRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// Describe writes a line for each frame. Without a template it is the line
// that identify prints.
func (t Template) Describe(s Subject) string {
	if t.parts == nil {
		t = line
	}
	var b strings.Builder
	for frame := range s.Frames {
		for _, write := range t.parts {
			b.WriteString(write(s, frame))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// FileSize is the file's size as identify -verbose prints it: 6994B, 1.17876MiB.
func (s Subject) FileSize() string { return size(s.Bytes, 1024, "i") }

// size writes bytes in six digits: as they are if that suffices.
func size(bytes int64, base float64, binary string) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%dB", bytes)
	}
	n, units := float64(bytes), "KMGT"
	unit := -1
	for n >= base && unit < len(units)-1 {
		n /= base
		unit++
	}
	return fmt.Sprintf("%.6g%c%sB", n, units[unit], binary)
}

// Page is the image's geometry, at no offset: there is no virtual canvas.
func (s Subject) Page() string { return fmt.Sprintf("%dx%d+0+0", s.Width, s.Height) }

func (s Subject) alpha() string {
	if s.Alpha {
		return "True"
	}
	return "False"
}

// quality is ImageMagick's: 92 where a file does not tell its own.
func (s Subject) quality() int {
	if s.Quality == 0 {
		return 92
	}
	return s.Quality
}
