package palette

import (
	"math"

	"primrose/functions/internal/colorspace"
)

// swatches is of how many colours the named ones are chosen.
const swatches = 64

// named are the colours that have a name, by it. Which there are, depends on the
// picture.
type named map[string]*Color

// span is what a value must be within, and what it is at best.
type span struct{ from, best, to float64 }

func (s span) has(x float64) bool { return s.from <= x && x <= s.to }

// The names, what lightness and saturation (of HSL) each is for, and how much
// either and the frequency count are Vibrant.js', whom imgix names as its model.
var (
	dark, normal, light = span{0, 0.26, 0.45}, span{0.3, 0.5, 0.7}, span{0.55, 0.74, 1}
	muted, vibrant      = span{0, 0.3, 0.4}, span{0.35, 1, 1}

	names = []struct {
		name                  string
		lightness, saturation span
	}{
		{"vibrant", normal, vibrant},
		{"vibrant_light", light, vibrant},
		{"vibrant_dark", dark, vibrant},
		{"muted", normal, muted},
		{"muted_light", light, muted},
		{"muted_dark", dark, muted},
	}
)

const (
	saturationCounts = 3
	lightnessCounts  = 6
	frequencyCounts  = 1
)

// name gives each name to the colour that deserves it most, and none to two.
func name(colors []Color) named {
	var most float64
	for _, c := range colors {
		most = max(most, c.weight)
	}
	chosen, taken := named{}, make([]bool, len(colors))
	for _, n := range names {
		best, worth := -1, 0.0
		for i, c := range colors {
			hsl := colorspace.HSL(colorspace.Of(c.nrgba()))
			s, l := hsl[1], hsl[2]
			if taken[i] || white(c) || !n.saturation.has(s) || !n.lightness.has(l) {
				continue
			}
			score := saturationCounts*(1-math.Abs(s-n.saturation.best)) + lightnessCounts*(1-math.Abs(l-n.lightness.best)) + frequencyCounts*c.weight/most
			if score > worth {
				best, worth = i, score
			}
		}
		if best >= 0 {
			taken[best] = true
			chosen[n.name] = &colors[best]
		}
	}
	return chosen
}

// white is no colour to Vibrant.js.
func white(c Color) bool { return min(c.R, c.G, c.B) > 250 }
