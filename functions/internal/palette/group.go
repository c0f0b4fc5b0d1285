package palette

import (
	"image"
	"math"

	"primrose/functions/internal/colorspace"
)

const (
	shades = 32 // of each channel, that are counted apart
	rounds = 12 // at most, of moving colours between groups
)

// count returns the picture's colours and how often they are there. Shades that
// are next to each other count as one, of their mean.
func count(picture *image.NRGBA) (colors []Color) {
	type bin struct{ r, g, b, weight float64 }
	bins := make([]bin, shades*shades*shades)
	for y := range picture.Rect.Dy() {
		row := picture.Pix[y*picture.Stride:][:4*picture.Rect.Dx()]
		for ; len(row) > 0; row = row[4:] {
			const width = 256 / shades
			b, weight := &bins[(int(row[0])/width*shades+int(row[1])/width)*shades+int(row[2])/width], float64(row[3])/255
			b.r += weight * float64(row[0])
			b.g += weight * float64(row[1])
			b.b += weight * float64(row[2])
			b.weight += weight
		}
	}
	for _, b := range bins {
		if b.weight > 0 {
			colors = append(colors, rounded(b.r/b.weight, b.g/b.weight, b.b/b.weight, b.weight))
		}
	}
	return colors
}

func rounded(r, g, b, weight float64) Color {
	return Color{uint8(r + 0.5), uint8(g + 0.5), uint8(b + 0.5), weight}
}

// group returns up to n colours that stand for all: the means of k-means
// clusters, in a space where distances are as they are seen. They begin with
// the most frequent colour and go on with those that are frequent and far from
// the ones before, so that chance has no part in it.
func group(colors []Color, n int) []Color {
	seen := make([]oklab, len(colors))
	nearest := make([]float64, len(colors)) // squared distance to the nearest centre
	for i, c := range colors {
		seen[i], nearest[i] = oklabOf(c), 1
	}
	var centres []oklab
	for len(centres) < min(n, len(colors)) {
		best, most := 0, 0.0
		for i, c := range colors {
			if worth := c.weight * nearest[i]; worth > most {
				best, most = i, worth
			}
		}
		if most < 1e-9 {
			break
		}
		centres = append(centres, seen[best])
		for i := range colors {
			nearest[i] = min(nearest[i], seen[i].distance(seen[best]))
		}
	}
	if len(centres) == 0 {
		return []Color{}
	}
	return settle(colors, seen, centres)
}

// settle moves centres to the mean of what is nearest to them until that
// changes nothing, and returns the means.
func settle(colors []Color, seen, centres []oklab) []Color {
	of := make([]int, len(colors))
	for range rounds {
		moved := false
		for i := range colors {
			if n := closest(centres, seen[i]); n != of[i] {
				of[i], moved = n, true
			}
		}
		sums, weights := make([]oklab, len(centres)), make([]float64, len(centres))
		for i, c := range colors {
			sums[of[i]] = sums[of[i]].plus(seen[i], c.weight)
			weights[of[i]] += c.weight
		}
		for i := range centres {
			if weights[i] > 0 {
				centres[i] = oklab{}.plus(sums[i], 1/weights[i])
			}
		}
		if !moved {
			break
		}
	}
	return means(colors, of, len(centres))
}

func closest(centres []oklab, c oklab) (best int) {
	least := math.Inf(1)
	for i, centre := range centres {
		if d := centre.distance(c); d < least {
			best, least = i, d
		}
	}
	return best
}

// means returns the mean colour of each group.
func means(colors []Color, of []int, groups int) []Color {
	sums := make([][4]float64, groups)
	for i, c := range colors {
		s := &sums[of[i]]
		s[0] += c.weight * float64(c.R)
		s[1] += c.weight * float64(c.G)
		s[2] += c.weight * float64(c.B)
		s[3] += c.weight
	}
	found := make([]Color, 0, groups)
	for _, s := range sums {
		if s[3] > 0 {
			found = append(found, rounded(s[0]/s[3], s[1]/s[3], s[2]/s[3], s[3]))
		}
	}
	return found
}

// oklab is a colour in Oklab.
type oklab colorspace.Color

func oklabOf(c Color) oklab {
	return oklab(colorspace.Oklab(colorspace.Of(c.nrgba())))
}

// plus adds so many times another.
func (c oklab) plus(o oklab, times float64) oklab {
	return oklab{c[0] + times*o[0], c[1] + times*o[1], c[2] + times*o[2]}
}

// distance is squared.
func (c oklab) distance(o oklab) float64 {
	d := c.plus(o, -1)
	return d[0]*d[0] + d[1]*d[1] + d[2]*d[2]
}
