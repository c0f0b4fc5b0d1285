package colorspace

import "math"

// The spaces are those of CSS' Color Module Level 4, sections 7 to 10, but for
// LCH, whose white is D65 like sRGB's.

// Oklab's matrices, by its author: https://bottosson.github.io/posts/oklab/.
var (
	conesOfLight = [3]Color{{0.4122214708, 0.5363325363, 0.0514459929}, {0.2119034982, 0.6806995451, 0.1073969566}, {0.0883024619, 0.2817188376, 0.6299787005}}
	oklabOfCones = [3]Color{{0.2104542553, 0.7936177850, -0.0040720468}, {1.9779984951, -2.4285922050, 0.4505937099}, {0.0259040371, 0.7827717662, -0.8086757660}}
	conesOfOklab = [3]Color{{1, 0.3963377774, 0.2158037573}, {1, -0.1055613458, -0.0638541728}, {1, -0.0894841775, -1.2914855480}}
	lightOfCones = [3]Color{{4.0767416621, -3.3077115913, 0.2309699292}, {-1.2684380046, 2.6097574011, -0.3413193965}, {-0.0041960863, -0.7034186147, 1.7076147010}}
)

// Oklab returns lightness, 0 to 1, and how far a colour is from green to red and
// from blue to yellow. Distances are as they are seen.
func Oklab(c Color) Color {
	return Linear(c).times(conesOfLight).each(math.Cbrt).times(oklabOfCones)
}

// FromOklab is the inverse of [Oklab].
func FromOklab(c Color) Color {
	cube := func(v float64) float64 { return v * v * v }
	return FromLinear(c.times(conesOfOklab).each(cube).times(lightOfCones))
}

// HSL returns hue in degrees, saturation and lightness; the latter two are 0 to
// 1.
func HSL(c Color) Color {
	most, least := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
	lightness, chroma := (most+least)/2, most-least
	if chroma == 0 {
		return Color{0, 0, lightness}
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
	return Color{60 * hue, chroma / (1 - math.Abs(2*lightness-1)), lightness}
}

// FromHSL is the inverse of [HSL].
func FromHSL(c Color) Color {
	reach := c[1] * min(c[2], 1-c[2])
	channel := func(n float64) float64 {
		k := math.Mod(n+c[0]/30, 12)
		return c[2] - reach*max(-1, min(k-3, 9-k, 1))
	}
	return Color{channel(0), channel(8), channel(4)}
}

// CIE XYZ of sRGB's linear light, in parts of D65's white.
var (
	xyzOfLight = [3]Color{{0.4338873456, 0.3762240091, 0.1898886453}, {0.2126390059, 0.7151686787, 0.0721923154}, {0.0177500401, 0.1094476209, 0.8728023391}}
	lightOfXYZ = [3]Color{{3.0803990906, -1.5373831776, -0.5430159130}, {-0.9212233589, 1.8759675017, 0.0452558573}, {0.0528739390, -0.2039769590, 1.1511030199}}
)

// LCH returns CIELAB's lightness, 0 to 100, chroma, and hue in degrees.
func LCH(c Color) Color {
	f := Linear(c).times(xyzOfLight).each(func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	})
	a, b := 500*(f[0]-f[1]), 200*(f[1]-f[2])
	return Color{116*f[1] - 16, math.Hypot(a, b), math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360)}
}

// FromLCH is the inverse of [LCH].
func FromLCH(c Color) Color {
	sin, cos := math.Sincos(c[2] * math.Pi / 180)
	y := (c[0] + 16) / 116
	xyz := Color{y + c[1]*cos/500, y, y - c[1]*sin/200}.each(func(v float64) float64 {
		if v > 6.0/29 {
			return v * v * v
		}
		return (116*v - 16) * 27 / 24389
	})
	return FromLinear(xyz.times(lightOfXYZ))
}
