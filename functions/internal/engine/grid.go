package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// The grid's colours if none are asked for, which are imgix's.
var (
	gridFirst  = opaque(0xd0, 0xd7, 0xdd)
	gridSecond = opaque(255, 255, 255)
)

// grid shows what is transparent by squares behind it.
func grid(f *frame) error {
	if f.values.Grid.Transparency == "" || !f.image.HasAlpha() {
		return nil
	}
	first, second := f.values.Grid.Colors.First, f.values.Grid.Colors.Second
	if !first.Set {
		first, second = gridFirst, gridSecond
	}
	return underlay(f.image, chequered(first, second, f.px(f.values.Grid.Size)))
}

// chequered is a ground of squares in two colours, which begins with the first.
func chequered(first, second options.Color, side int) ground {
	return func(s size) (*vips.Image, error) {
		a, err := plain(first)(size{1, 1})
		if err != nil {
			return nil, err
		}
		defer a.Close()
		b, err := plain(second)(size{1, 1})
		if err != nil {
			return nil, err
		}
		defer b.Close()
		board, err := vips.New("arrayjoin", vips.Args{"in": []*vips.Image{a, b, b, a}, "across": 2})
		return chained(board, err,
			operation{"zoom", vips.Args{"xfac": side, "yfac": side}},
			operation{"replicate", vips.Args{"across": s.w/(2*side) + 1, "down": s.h/(2*side) + 1}},
			operation{"extract_area", s.all().area()},
		)
	}
}
