package engine

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// lettering is how text is drawn. Lengths are in pixels of the result.
type lettering struct {
	typeface
	size  float64
	track float64 // between letters, more than the font has
	lead  float64 // between lines, more than lineHeight
	color options.Color
	align string // of the lines, in libvips' words: low, centre or high
}

// lineHeight is how far lines are apart, in sizes of the font, as in imgix.
const lineHeight = 1.2

// block is text that was drawn.
type block struct {
	ink *overlay // what is to be seen, from the box's top left corner
	box size     // what the text takes: all of its lines, and what it was wrapped to
}

// times is the same lettering, larger or smaller.
func (l lettering) times(scale float64) lettering {
	l.size, l.track, l.lead = l.size*scale, l.track*scale, l.lead*scale
	return l
}

// line is the height of one line.
func (l lettering) line() float64 { return lineHeight*l.size + l.lead }

// draw draws a text: broken into lines of a width, or where that is 0, on one
// line. It returns nil if nothing is to be seen.
func (l lettering) draw(text string, width int) (*block, error) {
	if width == 0 {
		ink, err := l.ink(l.span("", text), nil)
		if ink == nil || err != nil {
			return nil, err
		}
		ink.x = 0
		return &block{ink, size{ink.Width(), max(1, int(math.Round(l.line())))}}, nil
	}
	// How many lines there are, Pango doesn't tell. A full stop that can't be
	// seen, on a line of its own below the others, does.
	dot, err := l.ink(l.span("", "."), nil)
	if dot == nil || err != nil {
		return nil, err
	}
	defer dot.Close()
	ink, err := l.ink(l.span("", text)+"\n"+l.span("alpha='1'", "."), vips.Args{"width": width, "wrap": "word-char", "align": l.towards(text)})
	if ink == nil || err != nil {
		return nil, err
	}
	bottom := func(o *overlay) float64 { return float64(o.y + o.Height()) }
	lines := max(1, math.Round((bottom(ink)-bottom(dot))/l.line()))
	return &block{ink, size{width, max(1, int(math.Round(lines*l.line())))}}, nil
}

// errTooLarge says that a text has more pixels than cairo draws, 32,767 each way.
var errTooLarge = errors.New("the text is too large to be drawn")

// ink draws Pango's markup, from where its first line begins. It returns nil if
// nothing is to be seen.
func (l lettering) ink(markup string, lines vips.Args) (*overlay, error) {
	args := vips.Args{"text": markup, "font": l.description(l.size), "dpi": 72, "rgba": true}
	maps.Copy(args, lines)
	img, err := vips.New("text", args)
	switch {
	case err == nil:
	case strings.Contains(err.Error(), "no text to render"):
		return nil, nil
	case strings.Contains(err.Error(), "too big"):
		return nil, errTooLarge
	default:
		return nil, err
	}
	return &overlay{Image: img, x: img.XOffset(), y: img.YOffset()}, nil
}

// towards is the side that a text's lines align with. Pango takes it for the side
// where lines begin or end, which are the others where the first letter's script
// runs to the left.
func (l lettering) towards(text string) string {
	first := strings.IndexFunc(text, unicode.IsLetter)
	if first < 0 || !leftwards(text[first:]) {
		return l.align
	}
	return map[string]string{"low": "high", "centre": "centre", "high": "low"}[l.align]
}

func leftwards(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// span is text in Pango's markup, in which it says nothing but itself, with more
// attributes than all have.
func (l lettering) span(more, text string) string {
	return fmt.Sprintf("<span foreground='#%02x%02x%02x' letter_spacing='%d' line_height='%d' %s>%s</span>",
		l.color.R, l.color.G, l.color.B, units(l.track), max(units(l.line()), 1024), more, html.EscapeString(text))
}

// units are Pango's, of which a pixel has 1,024. It takes less than one pixel of a
// line's height for a factor.
func units(px float64) int { return int(math.Round(px * 1024)) }

// trial is the largest size in pixels that is drawn to find out how large a text
// will be: letters grow evenly, so a small one tells of a large one.
const trial = 32

// extent is how much a text takes, in pixels.
type extent struct {
	box size // as a block's
	ink size
}

// measure says what draw will draw.
func (l lettering) measure(text string, width int) (extent, error) {
	scale := max(1, l.size/trial)
	narrow := 0
	if width > 0 {
		narrow = max(1, int(float64(width)/scale))
	}
	b, err := l.times(1/scale).draw(text, narrow)
	if err == errTooLarge {
		return extent{immense, immense}, nil
	}
	if b == nil || err != nil {
		return extent{}, err
	}
	defer b.ink.Close()
	grown := func(s size) size {
		return size{int(math.Ceil(float64(s.w) * scale)), int(math.Ceil(float64(s.h) * scale))}
	}
	e := extent{grown(b.box), grown(b.ink.size())}
	if width == 0 {
		e.box.w = e.ink.w
	}
	return e, nil
}

// immense is the extent of what is too large to be drawn even on trial.
var immense = size{1 << 20, 1 << 20}

// inkBytes are held for each pixel of a text while it is drawn, outlined and laid
// upon the picture.
const inkBytes = 20

// affordable refuses a text that takes more memory than there is, in MiB. Marks
// can be put upon marks until a line is higher than any picture.
func (e extent) affordable(memory int) error {
	const most = 32767 // px a side, which is cairo's limit
	needed := idle + inkBytes*e.ink.pixels()
	if max(e.ink.w, e.ink.h) > most || needed > int64(memory)<<20 {
		return problem.New(problem.TooExpensive, "the text would have %d×%d px: ask for a smaller txt-size", e.ink.w, e.ink.h)
	}
	return nil
}
