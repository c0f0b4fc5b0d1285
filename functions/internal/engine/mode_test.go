package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"primrose/functions/internal/colorspace"
)

// rgbf is a colour from 0 to 1.
type rgbf = colorspace.Color

// modesBySpec are the formulas of W3C's Compositing and Blending Level 1, section
// 9, of a backdrop's colour and a source's, as they stand there.
var modesBySpec = map[string]func(b, s rgbf) rgbf{
	"normal":     func(b, s rgbf) rgbf { return s },
	"multiply":   byChannel(func(b, s float64) float64 { return b * s }),
	"screen":     byChannel(specScreen),
	"overlay":    byChannel(func(b, s float64) float64 { return specHardLight(s, b) }),
	"darken":     byChannel(math.Min),
	"lighten":    byChannel(math.Max),
	"difference": byChannel(func(b, s float64) float64 { return math.Abs(b - s) }),
	"exclusion":  byChannel(func(b, s float64) float64 { return b + s - 2*b*s }),
	"hardlight":  byChannel(specHardLight),
	"dodge": byChannel(func(b, s float64) float64 {
		switch {
		case b == 0:
			return 0
		case s == 1:
			return 1
		}
		return math.Min(1, b/(1-s))
	}),
	"burn": byChannel(func(b, s float64) float64 {
		switch {
		case b == 1:
			return 1
		case s == 0:
			return 0
		}
		return 1 - math.Min(1, (1-b)/s)
	}),
	"softlight": byChannel(func(b, s float64) float64 {
		if s <= 0.5 {
			return b - (1-2*s)*b*(1-b)
		}
		d := math.Sqrt(b)
		if b <= 0.25 {
			d = ((16*b-12)*b + 4) * b
		}
		return b + (2*s-1)*(d-b)
	}),
	"hue":        func(b, s rgbf) rgbf { return specSetLum(specSetSat(s, specSat(b)), specLum(b)) },
	"saturation": func(b, s rgbf) rgbf { return specSetLum(specSetSat(b, specSat(s)), specLum(b)) },
	"color":      func(b, s rgbf) rgbf { return specSetLum(s, specLum(b)) },
	"luminosity": func(b, s rgbf) rgbf { return specSetLum(b, specLum(s)) },
}

func byChannel(mix func(b, s float64) float64) func(b, s rgbf) rgbf {
	return func(b, s rgbf) rgbf {
		return rgbf{mix(b[0], s[0]), mix(b[1], s[1]), mix(b[2], s[2])}
	}
}

func specScreen(b, s float64) float64 { return b + s - b*s }

func specHardLight(b, s float64) float64 {
	if s <= 0.5 {
		return b * 2 * s
	}
	return specScreen(b, 2*s-1)
}

func specLum(c rgbf) float64 { return 0.3*c[0] + 0.59*c[1] + 0.11*c[2] }
func specSat(c rgbf) float64 { return max(c[0], c[1], c[2]) - min(c[0], c[1], c[2]) }

func specSetLum(c rgbf, l float64) rgbf {
	d := l - specLum(c)
	for i := range c {
		c[i] += d
	}
	least, most := min(c[0], c[1], c[2]), max(c[0], c[1], c[2])
	for i := range c {
		if least < 0 {
			c[i] = l + (c[i]-l)*l/(l-least)
		}
		if most > 1 {
			c[i] = l + (c[i]-l)*(1-l)/(most-l)
		}
	}
	return c
}

func specSetSat(c rgbf, s float64) (out rgbf) {
	least, most := min(c[0], c[1], c[2]), max(c[0], c[1], c[2])
	for i := range c {
		if most > least {
			out[i] = (c[i] - least) * s / (most - least)
		}
	}
	return out
}

// composed lays s upon b as the standard says in section 5: what is mixed counts
// as much as the backdrop is opaque.
func composed(b, s color.NRGBA, mix func(b, s rgbf) rgbf) color.NRGBA {
	cb, cs := colorspace.Of(b), colorspace.Of(s)
	ab, as := float64(b.A)/255, float64(s.A)/255
	mixed := mix(cb, cs)
	a := as + ab - as*ab
	var out [3]uint8
	for i := range out {
		source := (1-ab)*cs[i] + ab*mixed[i]
		if a > 0 {
			out[i] = uint8(math.Round(255 * (as*source + (1-as)*ab*cb[i]) / a))
		}
	}
	return color.NRGBA{out[0], out[1], out[2], uint8(math.Round(255 * a))}
}

// chance is a picture of any colours; its transparency is any of some.
func chance(seed uint64, w, h int, alpha ...uint8) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 0))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	value := func() uint8 {
		if r.IntN(4) == 0 {
			return []uint8{0, 127, 128, 255}[r.IntN(4)] // where formulas change
		}
		return uint8(r.IntN(256))
	}
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{value(), value(), value(), alpha[r.IntN(len(alpha))]})
		}
	}
	return img
}

// TestModes blends pixels of any colour with others, and compares each with the
// standard's formula.
func TestModes(t *testing.T) {
	const side = 48
	opaque := []uint8{255}
	any := []uint8{0, 1, 40, 128, 200, 254, 255}
	for mode, mix := range modesBySpec {
		for i, alphas := range [][2][]uint8{{opaque, opaque}, {opaque, any}, {any, opaque}, {any, any}} {
			below, above := chance(1, side, side, alphas[0]...), chance(2, side, side, alphas[1]...)
			got := shown(t, "blend=b.png&blend-mode="+mode, pngOf(t, below), pngOf(t, above))
			compare(t, fmt.Sprintf("%s %d", mode, i), got, func(x, y int) color.NRGBA {
				return composed(below.NRGBAAt(x, y), above.NRGBAAt(x, y), mix)
			})
		}
	}
}

// TestBlendColor: a colour goes over the whole picture, with its own opacity and
// blend-alpha's.
func TestBlendColor(t *testing.T) {
	below := chance(3, 30, 20, 255, 255, 90, 0)
	for query, c := range map[string]struct {
		mode  string
		above color.NRGBA
	}{
		"blend=f80":                            {"overlay", color.NRGBA{255, 136, 0, 255}},
		"blend=80ff8800&blend-mode=multiply":   {"multiply", color.NRGBA{255, 136, 0, 128}},
		"blend-color=blue&blend-mode=screen":   {"screen", color.NRGBA{0, 0, 255, 255}},
		"blend=red&blend-color=blue":           {"overlay", color.NRGBA{255, 0, 0, 255}},
		"blend=0f0&blend-alpha=40":             {"overlay", color.NRGBA{0, 255, 0, 102}},
		"blend=0f0&blend-alpha=0":              {"overlay", color.NRGBA{0, 255, 0, 0}},
		"blend=0f0&blend-mode=hue&blend-x=100": {"hue", color.NRGBA{0, 255, 0, 255}},
	} {
		got := shown(t, query, pngOf(t, below))
		compare(t, query, got, func(x, y int) color.NRGBA { return composed(below.NRGBAAt(x, y), c.above, modesBySpec[c.mode]) })
	}
}

// compare holds every pixel against what it should be. Whole numbers are made
// on the way three times, and colours of what is hardly there count by how much
// that is.
func compare(t *testing.T, what string, got *image.NRGBA, want func(x, y int) color.NRGBA) {
	t.Helper()
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			g, w := got.NRGBAAt(x, y), want(x, y)
			off := float64(max(absOf(g.R, w.R), absOf(g.G, w.G), absOf(g.B, w.B))) * float64(w.A) / 255
			if off > 3 || absOf(g.A, w.A) > 1 {
				t.Errorf("%s: pixel (%d, %d) is %v, want %v", what, x, y, g, w)
				return
			}
		}
	}
}
