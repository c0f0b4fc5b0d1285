package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// position says where something lies upon the picture: at its sides, or at x and y,
// each of which goes before. Pixels are before DPR.
type position struct {
	align options.Align
	x, y  *int
	pad   int // from the sides that it lies at
}

// or has the place lie where others would, each way that it says nothing of.
func (p position) or(align options.Align) position {
	const down, across = options.AlignTop | options.AlignMiddle | options.AlignBottom, options.AlignLeft | options.AlignCenter | options.AlignRight
	if p.align&down == 0 {
		p.align |= align & down
	}
	if p.align&across == 0 {
		p.align |= align & across
	}
	return p
}

// at returns where the top left corner of what is so large lies upon the frame.
func (f *frame) at(p position, inner size) (x, y int) {
	picture, pad := f.size(), f.px(p.pad)
	x = beside(picture.w-inner.w, p.align&options.AlignLeft != 0, p.align&options.AlignRight != 0, pad)
	y = beside(picture.h-inner.h, p.align&options.AlignTop != 0, p.align&options.AlignBottom != 0, pad)
	if p.x != nil {
		x = f.px(*p.x)
	}
	if p.y != nil {
		y = f.px(*p.y)
	}
	return x, y
}

// beside returns how far from the first side something lies that leaves so much
// room.
func beside(room int, first, last bool, pad int) int {
	switch {
	case first && !last:
		return pad
	case last && !first:
		return room - pad
	}
	return int(math.Floor(float64(room) / 2))
}
