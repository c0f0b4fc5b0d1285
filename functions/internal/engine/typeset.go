package engine

import (
	"math"
	"sort"
	"strings"
	"unicode"

	"primrose/functions/internal/options"
)

// set draws a text so that it fits in a room, in as much memory as there is, in
// MiB. It returns nil if nothing is to be seen.
func (l lettering) set(t options.Text, room size, memory int) (*block, error) {
	if room.w <= 0 || room.h <= 0 {
		return nil, nil
	}
	text, width := oneLine(t.Text), 0
	if paragraph(t.Fit) {
		text, width = t.Text, room.w
	}
	var err error
	switch t.Fit {
	case "":
		text, err = l.cut(text, t.Clip, func(e extent) bool { return e.ink.w <= room.w }, width)
	case "wrap":
		text, err = l.cut(text, options.ClipEllipsis, func(e extent) bool { return e.box.h <= room.h }, width)
	default:
		l, err = l.shrink(text, width, room)
	}
	if err != nil || text == "" {
		return nil, err
	}
	e, err := l.measure(text, width)
	if err != nil {
		return nil, err
	}
	if err := e.affordable(memory); err != nil {
		return nil, err
	}
	return l.draw(text, width)
}

// paragraph tells whether a text is broken into lines.
func paragraph(fit string) bool { return fit == "wrap" || fit == "wrapmax" }

// oneLine puts a text on one line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\u0085' || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, text)
}

// shrink makes the lettering so small that a text fits in a room, if it must.
func (l lettering) shrink(text string, width int, room size) (lettering, error) {
	var failed error
	const step = 0.25 // px
	steps := int(math.Ceil(l.size / step))
	smaller := func(by int) lettering { return l.times(max(1, l.size-float64(by)*step) / l.size) }
	by := sort.Search(steps, func(by int) bool {
		e, err := smaller(by).measure(text, width)
		if err != nil {
			failed = err
		}
		return e.box.w <= room.w && e.box.h <= room.h
	})
	return smaller(by), failed
}

// cut leaves of a text as much as fits.
func (l lettering) cut(text string, how options.Clip, fits func(extent) bool, width int) (string, error) {
	var failed error
	parts := clusters(text)
	kept := func(n int) string {
		if n == len(parts) {
			return text
		}
		return strings.Join(clip(parts, n, how), "")
	}
	tooMany := sort.Search(len(parts), func(i int) bool {
		e, err := l.measure(kept(len(parts)-i), width)
		if err != nil {
			failed = err
		}
		return fits(e)
	})
	return kept(len(parts) - tooMany), failed
}

// clip leaves n of a text's clusters, and maybe an ellipsis where some are
// missing.
func clip(parts []string, n int, how options.Clip) []string {
	if n == 0 {
		return nil
	}
	head := n
	switch {
	case how&options.ClipMiddle != 0:
		head = (n + 1) / 2
	case how&options.ClipStart != 0:
		head = 0
	}
	left, right := parts[:head:head], parts[len(parts)-(n-head):]
	if how&options.ClipEllipsis != 0 {
		if head > 0 {
			left = []string{strings.TrimRightFunc(strings.Join(left, ""), unicode.IsSpace)}
		}
		left = append(left, "…")
	}
	return append(left, right...)
}

// clusters takes a text apart into what readers take for its letters, so that no
// syllable, accent or emoji is torn. The rules are those of Unicode's Annex 29,
// simplified: what is kept together too often does no harm.
func clusters(text string) []string {
	var found []string
	var before rune
	flags := 0 // regional indicators in a row, two of which are a flag
	for _, r := range text {
		if len(found) > 0 && joined(before, r, flags) {
			found[len(found)-1] += string(r)
		} else {
			found = append(found, string(r))
		}
		if flags++; !regional(r) {
			flags = 0
		}
		before = r
	}
	return found
}

// joined tells whether a character belongs to the one before it.
func joined(before, r rune, flags int) bool {
	const joiner = '\u200d'
	switch {
	case unicode.Is(unicode.M, r), r == joiner, before == joiner: // marks and variations upon a letter; compound emoji
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0020 && r <= 0xe007f: // tones of skin, and the letters of regions' flags
		return true
	case r >= 0x1160 && r <= 0x11ff: // the second and third parts of a Korean syllable
		return true
	}
	return regional(r) && flags%2 == 1
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
