package engine

import (
	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// gradientSteps is how many colours a gradient is made of: so many that their
// channels, of 8 bits, skip no value.
const gradientSteps = 4096

// gradient is a ground that runs from one colour to another.
func (f *frame) gradient(s size) (_ *vips.Image, err error) {
	fill, colors := f.values.Fill, f.values.Fill.Linear
	if fill.GradientType == "radial" {
		colors = fill.Radial
	}
	if !colors.First.Set {
		if colors, err = f.darkAndLight(); err != nil {
			return nil, err
		}
	}
	w, made := &workings{}, &vips.Image{}
	var way *vips.Image // 0 to 1, from the first colour to the second
	if fill.GradientType == "radial" {
		way = w.outward(s, fill, f.values.DPR)
	} else {
		way = w.along(s, fill.LinearDirection)
	}
	step := w.of(w.linear(way, gradientSteps-1, 0), "round", vips.Args{"round": "rint"})
	index := w.of(step, "cast", vips.Args{"format": "ushort"})
	return made, w.finish(made, w.of(index, "maplut", vips.Args{"lut": w.keep(ramp(colors, fill.Space))}))
}

// along returns how far pixels are on the way from one side or corner to the
// opposite. Lines through the other corners are half way, as in CSS. If no
// direction is given, it leads to the bottom.
func (w *workings) along(s size, to options.Align) *vips.Image {
	vertical, horizontal := to&(options.AlignTop|options.AlignBottom), to&(options.AlignLeft|options.AlignRight)
	part := 1.0
	if vertical != 0 && horizontal != 0 {
		part = 0.5
	}
	var ax, bx, ay, by float64
	if horizontal != 0 {
		ax, bx = toward(s.w, horizontal == options.AlignLeft, part)
	}
	if vertical != 0 || horizontal == 0 {
		ay, by = toward(s.h, vertical == options.AlignTop, part)
	}
	return w.linear(w.mix(w.coordinates(s), []float64{ax, ay}), 1, bx+by)
}

// toward returns factor and summand that make of a coordinate how much of a part
// of the way it is along a side. The first and the last pixel are its ends.
func toward(side int, back bool, part float64) (a, b float64) {
	a = part / max(1, float64(side-1))
	if back {
		return -a, part
	}
	return a, 0
}

// outward returns how far pixels are on the way from one circle to another around
// the same centre.
func (w *workings) outward(s size, fill options.Fill, dpr float64) *vips.Image {
	inner, outer := circles(s, fill, dpr)
	way := outer - inner
	if way == 0 { // a disc with a hard edge
		way = 1e-3
	}
	x, y := center(fill.RadialX, s.w, dpr), center(fill.RadialY, s.h, dpr)
	from := w.of(w.coordinates(s), "linear", vips.Args{"a": []float64{1, 1}, "b": []float64{-x, -y}})
	distance := w.root(w.mix(w.with(from, "multiply", from), []float64{1, 1}))
	return w.unit(w.linear(distance, 1/way, -inner/way))
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
	return vips.FromPixels(pixels, gradientSteps, 1, 4)
}
