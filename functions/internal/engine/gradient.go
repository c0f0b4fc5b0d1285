package engine

import (
	"runtime"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/options"
	"primrose/functions/internal/palette"
	"primrose/functions/internal/vips"
)

// gradientSteps is how many colours a gradient is made of: so many that their
// channels, of 8 bits, skip no value.
const gradientSteps = 4096

// gradient is a ground that runs from one colour to another.
func (f *frame) gradient(s size) (*vips.Image, error) {
	way, err := vips.New("xyz", vips.Args{"width": s.w, "height": s.h})
	if err != nil {
		return nil, err
	}
	defer way.Close()
	fill, colors := f.values.Fill, f.values.Fill.Linear
	if fill.GradientType == "radial" {
		colors, err = fill.Radial, outward(way, s, fill, f.values.DPR)
	} else {
		err = along(way, s, fill.LinearDirection)
	}
	if err != nil {
		return nil, err
	}
	if !colors.First.Set {
		if colors, err = f.darkAndLight(); err != nil {
			return nil, err
		}
	}
	table, err := ramp(colors, fill.Space)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	return way.With("maplut", vips.Args{"lut": table})
}

// along turns coordinates into how far they are on the way from one side or
// corner to the opposite, as an index into a ramp. Lines through the other
// corners are half way, as in CSS. If no direction is given, it leads to the
// bottom.
func along(way *vips.Image, s size, to options.Align) error {
	vertical, horizontal := to&(options.AlignTop|options.AlignBottom), to&(options.AlignLeft|options.AlignRight)
	a, b := make([]float64, 2), make([]float64, 2)
	part := 1.0
	if vertical != 0 && horizontal != 0 {
		part = 0.5
	}
	if horizontal != 0 {
		a[0], b[0] = toward(s.w, horizontal == options.AlignLeft, part)
	}
	if vertical != 0 || horizontal == 0 {
		a[1], b[1] = toward(s.h, vertical == options.AlignTop, part)
	}
	return chain(way,
		operation{"linear", vips.Args{"a": a, "b": b}},
		operation{"bandmean", nil},
		operation{"linear", vips.Args{"a": []float64{2}, "b": []float64{0}}}, // from the mean of both to their sum
		operation{"round", vips.Args{"round": "rint"}},
		operation{"cast", vips.Args{"format": "ushort"}},
	)
}

// toward returns factor and summand that make a coordinate's share of the way
// along a side. The first and the last pixel are its ends.
func toward(side int, back bool, part float64) (a, b float64) {
	whole := part * (gradientSteps - 1)
	a = whole / max(1, float64(side-1))
	if back {
		return -a, whole
	}
	return a, 0
}

// outward turns coordinates into how far they are on the way from one circle
// to another around the same centre, as an index into a ramp.
func outward(way *vips.Image, s size, fill options.Fill, dpr float64) error {
	inner, outer := circles(s, fill, dpr)
	distance := outer - inner
	if distance == 0 { // a disc with a hard edge
		distance = 1e-3
	}
	whole := (gradientSteps - 1) / distance
	x, y := center(fill.RadialX, s.w, dpr), center(fill.RadialY, s.h, dpr)
	if err := way.Apply("linear", vips.Args{"a": []float64{1, 1}, "b": []float64{-x, -y}}); err != nil {
		return err
	}
	return chain(way,
		operation{"math2_const", vips.Args{"math2": "pow", "c": []float64{2}}},
		operation{"bandmean", nil},
		operation{"linear", vips.Args{"a": []float64{2}, "b": []float64{0}}},
		operation{"math2_const", vips.Args{"math2": "pow", "c": []float64{0.5}}},
		operation{"linear", vips.Args{"a": []float64{whole}, "b": []float64{-inner * whole}}},
		operation{"clamp", vips.Args{"min": 0, "max": gradientSteps - 1}},
		operation{"round", vips.Args{"round": "rint"}},
		operation{"cast", vips.Args{"format": "ushort"}},
	)
}

// circles returns where a radial gradient's first colour ends and its second one
// begins, in pixels. imgix lists a quarter and a half of the shorter side as
// defaults.
func circles(s size, fill options.Fill, dpr float64) (inner, outer float64) {
	shorter := min(s.w, s.h)
	length := func(l options.Length, otherwise float64) float64 {
		switch {
		case l.None():
			return otherwise * float64(shorter)
		case l.Part != 0:
			return l.Of(shorter)
		}
		return l.Of(shorter) * dpr
	}
	return length(fill.RadialRadius.X, 0.25), length(fill.RadialRadius.Y, 0.5)
}

// center returns the coordinate of a centre, which is told as a part of the
// side up to 1, and in pixels beyond.
func center(at float64, side int, dpr float64) float64 {
	if at <= 1 {
		at *= float64(side)
	} else {
		at *= dpr
	}
	return at - 0.5 // a pixel's coordinate is that of its middle
}

// ramp is a table of the colours on the way from one to another.
func ramp(colors options.Duo, space string) (*vips.Image, error) {
	pixels := make([]byte, 0, 4*gradientSteps)
	for i := range gradientSteps {
		c := colorspace.Mix(nrgba(colors.First), nrgba(colors.Second), float64(i)/(gradientSteps-1), space)
		pixels = append(pixels, c.R, c.G, c.B, c.A)
	}
	defer runtime.KeepAlive(pixels)
	table, err := vips.FromPixels(pixels, gradientSteps, 1, 4)
	if err == nil {
		err = table.Render()
	}
	return chained(table, err)
}

// darkAndLight are the vivid ones of the frame's palette, as with imgix, or the
// muted ones if there are none, or shades of any other. An animation keeps those
// of its first frame.
func (f *frame) darkAndLight() (options.Duo, error) {
	if f.shades == nil {
		picture, err := reduced(f.image, palette.Side, "nearest")
		if err != nil {
			return options.Duo{}, err
		}
		named := palette.Of(picture, 1).Dominant
		first := func(names ...string) options.Color {
			for _, name := range names {
				if c := named[name]; c != nil {
					return opaque(c.R, c.G, c.B)
				}
			}
			return options.Color{}
		}
		some := first("vibrant", "muted", "vibrant_dark", "vibrant_light", "muted_dark", "muted_light")
		f.shades = &options.Duo{
			First:  or(first("vibrant_dark", "muted_dark"), withLightness(some, 0.35)),
			Second: or(first("vibrant_light", "muted_light"), withLightness(some, 0.85)),
		}
	}
	return *f.shades, nil
}

// or returns the first colour that is one.
func or(a, b options.Color) options.Color {
	if a.Set {
		return a
	}
	return b
}

// withLightness returns a colour with another lightness, 0 to 1, of Oklab.
func withLightness(color options.Color, lightness float64) options.Color {
	c := colorspace.Oklab(colorspace.Of(nrgba(color)))
	c[0] = lightness
	rgb := colorspace.FromOklab(c).NRGBA(255)
	return opaque(rgb.R, rgb.G, rgb.B)
}
