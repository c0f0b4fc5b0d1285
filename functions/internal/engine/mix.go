package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// triple is a colour in one of the spaces that colours are mixed in.
type triple [3]float64

// space is one that colours are mixed in. Its samples of linear light and of
// sRGB are 0 to 1.
type space struct {
	from  func(srgb triple) triple
	to    func(triple) triple
	angle int // which of the three is a hue in degrees; -1 if none is
	vivid int // which of the three tells how much there is of that hue
}

// spaces are CSS' (Color Module Level 4, sections 7 to 10), but for lch, whose
// white is D65 like sRGB's.
var spaces = map[string]space{
	"srgb":   {same, same, -1, -1},
	"linear": {each(light), each(encoded), -1, -1},
	"oklab":  {oklabOf, fromOklab, -1, -1},
	"hsl":    {hslOf, fromHSL, 0, 1},
	"lch":    {lchOf, fromLCH, 2, 1},
}

// mix returns the colour at t of the way, 0 to 1, from a to b. What is
// transparent counts less; a hue takes the shorter way around the circle, and
// what is gray has none.
func mix(a, b options.Color, t float64, name string) options.Color {
	s := spaces[name]
	p, q := s.from(sharesOf(a)), s.from(sharesOf(b))
	if s.angle >= 0 {
		p[s.angle], q[s.angle] = s.hues(p, q)
	}
	alphaA, alphaB := float64(a.A)/255*(1-t), float64(b.A)/255*t
	alpha := alphaA + alphaB
	if alpha == 0 {
		return options.Color{Set: true}
	}
	var mixed triple
	for i := range mixed {
		if i == s.angle {
			mixed[i] = p[i]*(1-t) + q[i]*t
		} else {
			mixed[i] = (p[i]*alphaA + q[i]*alphaB) / alpha
		}
	}
	rgb := s.to(mixed)
	return options.Color{R: byteOf(rgb[0]), G: byteOf(rgb[1]), B: byteOf(rgb[2]), A: byteOf(alpha), Set: true}
}

// hues returns two colours' hues so that the way from one to the other is the
// shorter one.
func (s space) hues(p, q triple) (float64, float64) {
	const gray = 1e-4
	a, b := p[s.angle], q[s.angle]
	switch {
	case p[s.vivid] < gray:
		a = b
	case q[s.vivid] < gray:
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

func sharesOf(c options.Color) triple {
	return triple{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255}
}

func byteOf(share float64) uint8 { return uint8(math.Round(255 * max(0, min(1, share)))) }

func same(c triple) triple { return c }

func each(change func(float64) float64) func(triple) triple {
	return func(c triple) triple { return triple{change(c[0]), change(c[1]), change(c[2])} }
}

// light returns the linear light of a sample of sRGB (IEC 61966-2-1).
func light(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// encoded returns the sample of sRGB for linear light.
func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// times multiplies with a matrix, a row a result.
func (c triple) times(m [3]triple) (product triple) {
	for i, row := range m {
		product[i] = row[0]*c[0] + row[1]*c[1] + row[2]*c[2]
	}
	return product
}

// Oklab's matrices, by its author: https://bottosson.github.io/posts/oklab/.
var (
	conesOfLight = [3]triple{{0.4122214708, 0.5363325363, 0.0514459929}, {0.2119034982, 0.6806995451, 0.1073969566}, {0.0883024619, 0.2817188376, 0.6299787005}}
	oklabOfCones = [3]triple{{0.2104542553, 0.7936177850, -0.0040720468}, {1.9779984951, -2.4285922050, 0.4505937099}, {0.0259040371, 0.7827717662, -0.8086757660}}
	conesOfOklab = [3]triple{{1, 0.3963377774, 0.2158037573}, {1, -0.1055613458, -0.0638541728}, {1, -0.0894841775, -1.2914855480}}
	lightOfCones = [3]triple{{4.0767416621, -3.3077115913, 0.2309699292}, {-1.2684380046, 2.6097574011, -0.3413193965}, {-0.0041960863, -0.7034186147, 1.7076147010}}
)

func oklabOf(c triple) triple {
	return each(math.Cbrt)(each(light)(c).times(conesOfLight)).times(oklabOfCones)
}

func fromOklab(c triple) triple {
	cube := func(v float64) float64 { return v * v * v }
	return each(encoded)(each(cube)(c.times(conesOfOklab)).times(lightOfCones))
}

// hslOf returns hue, saturation and lightness; the latter two are 0 to 1.
func hslOf(c triple) triple {
	most, least := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
	lightness, chroma := (most+least)/2, most-least
	if chroma == 0 {
		return triple{0, 0, lightness}
	}
	var hue float64
	switch most {
	case c[0]:
		hue = math.Mod((c[1]-c[2])/chroma+6, 6)
	case c[1]:
		hue = (c[2]-c[0])/chroma + 2
	default:
		hue = (c[0]-c[1])/chroma + 4
	}
	return triple{60 * hue, chroma / (1 - math.Abs(2*lightness-1)), lightness}
}

func fromHSL(c triple) triple {
	reach := c[1] * min(c[2], 1-c[2])
	channel := func(n float64) float64 {
		k := math.Mod(n+c[0]/30, 12)
		return c[2] - reach*max(-1, min(k-3, 9-k, 1))
	}
	return triple{channel(0), channel(8), channel(4)}
}

// CIE XYZ of sRGB's linear light, in parts of D65's white.
var (
	xyzOfLight = [3]triple{{0.4338873456, 0.3762240091, 0.1898886453}, {0.2126390059, 0.7151686787, 0.0721923154}, {0.0177500401, 0.1094476209, 0.8728023391}}
	lightOfXYZ = [3]triple{{3.0803990906, -1.5373831776, -0.5430159130}, {-0.9212233589, 1.8759675017, 0.0452558573}, {0.0528739390, -0.2039769590, 1.1511030199}}
)

// lchOf returns CIELAB's lightness, 0 to 100, chroma and hue.
func lchOf(c triple) triple {
	f := each(func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	})(each(light)(c).times(xyzOfLight))
	a, b := 500*(f[0]-f[1]), 200*(f[1]-f[2])
	return triple{116*f[1] - 16, math.Hypot(a, b), math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360)}
}

func fromLCH(c triple) triple {
	sin, cos := math.Sincos(c[2] * math.Pi / 180)
	y := (c[0] + 16) / 116
	return each(encoded)(each(func(v float64) float64 {
		if v > 6.0/29 {
			return v * v * v
		}
		return (116*v - 16) * 27 / 24389
	})(triple{y + c[1]*cos/500, y, y - c[1]*sin/200}).times(lightOfXYZ))
}
