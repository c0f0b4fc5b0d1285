package engine

import (
	"errors"

	"primrose/functions/internal/options"
)

// textPad is how many pixels of DPR 1 lie between a text and the picture's edges
// if none are asked for, as in imgix.
const textPad = 10

// inscribe writes a text upon the frame. It is drawn for the first one and kept
// for all.
func inscribe(f *frame) error {
	if f.values.Text.Blank() {
		return nil
	}
	if !f.original.letters {
		return errors.New("this process has no fonts to draw text by, or can't open them for such a job")
	}
	if f.original.caption == nil {
		made, err := f.caption()
		if err != nil {
			return err
		}
		f.original.caption = made
	}
	if f.original.caption.Image == nil {
		return nil
	}
	return f.lay(f.original.caption)
}

// caption is the text as it lies upon the picture. It has no image if nothing of
// it is to be seen.
func (f *frame) caption() (*overlay, error) {
	t, pad := f.values.Text, textPad
	if t.Pad != nil {
		pad = *t.Pad
	}
	room := size{f.size().w - 2*f.px(pad), f.size().h - 2*f.px(pad)}
	if t.Width != 0 {
		room.w = f.px(t.Width)
	}
	letters := f.letters()
	b, err := letters.set(t, room, f.original.limits.Memory)
	if b == nil || err != nil {
		return &overlay{}, err
	}
	at := position{t.Align, t.X, t.Y, pad}
	x, y := f.at(at.or(options.AlignBottom|options.AlignRight), b.box)
	b.ink.x, b.ink.y = b.ink.x+x, b.ink.y+y
	err = f.decorate(b.ink, letters.color)
	if err == nil {
		err = b.ink.clip(f.size())
	}
	if err == nil {
		err = b.ink.Render()
	}
	if err != nil {
		b.ink.Close()
	}
	return b.ink, err
}

// letters are what the options ask for.
func (f *frame) letters() lettering {
	t := f.values.Text
	l := lettering{
		typeface: typefaceOf(t.Font),
		size:     float64(t.Size) * f.values.DPR,
		track:    float64(t.Track) * f.values.DPR,
		lead:     float64(t.Lead) * f.values.DPR,
		color:    t.Color,
		align:    "high",
	}
	if !l.color.Set {
		l.color = opaque(0, 0, 0)
	}
	switch {
	case t.Align&options.AlignLeft != 0:
		l.align = "low"
	case t.Align&options.AlignCenter != 0:
		l.align = "centre"
	}
	return l
}
