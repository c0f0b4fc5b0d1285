package colorspace

import "image/color"

// space is one that colours are mixed in.
type space struct {
	from  func(srgb Color) Color
	to    func(Color) Color
	angle int // which of the three is a hue in degrees; -1 if none is
	vivid int // which of the three tells how much there is of that hue
}

// spaces are those that colours are mixed in, by name.
var spaces = map[string]space{
	"srgb":   {same, same, -1, -1},
	"linear": {Linear, FromLinear, -1, -1},
	"oklab":  {Oklab, FromOklab, -1, -1},
	"hsl":    {HSL, FromHSL, 0, 1},
	"lch":    {LCH, FromLCH, 2, 1},
}

func same(c Color) Color { return c }

// Mix returns the colour at t of the way, 0 to 1, from a to b, in a space: srgb,
// linear, oklab, hsl or lch. What is transparent counts less; a hue takes the
// shorter way around the circle, and what is grey has none.
func Mix(a, b color.NRGBA, t float64, name string) color.NRGBA {
	s := spaces[name]
	p, q := s.from(Of(a)), s.from(Of(b))
	if s.angle >= 0 {
		p[s.angle], q[s.angle] = s.hues(p, q)
	}
	alphaA, alphaB := float64(a.A)/255*(1-t), float64(b.A)/255*t
	alpha := alphaA + alphaB
	if alpha == 0 {
		return color.NRGBA{}
	}
	var mixed Color
	for i := range mixed {
		if i == s.angle {
			mixed[i] = p[i]*(1-t) + q[i]*t
		} else {
			mixed[i] = (p[i]*alphaA + q[i]*alphaB) / alpha
		}
	}
	return s.to(mixed).NRGBA(sample(alpha))
}

// hues returns two colours' hues so that the way from one to the other is the
// shorter one.
func (s space) hues(p, q Color) (float64, float64) {
	const grey = 1e-4
	a, b := p[s.angle], q[s.angle]
	switch {
	case p[s.vivid] < grey:
		a = b
	case q[s.vivid] < grey:
		b = a
	}
	switch {
	case b-a > 180:
		a += 360
	case a-b > 180:
		b += 360
	}
	return a, b
}
