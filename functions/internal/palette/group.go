package palette

import (
	"image"
	"math"
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
	seen := make([]lab, len(colors))
	nearest := make([]float64, len(colors)) // squared distance to the nearest centre
	for i, c := range colors {
		seen[i], nearest[i] = labOf(c), 1
	}
	var centres []lab
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
func settle(colors []Color, seen, centres []lab) []Color {
	of := make([]int, len(colors))
	for range rounds {
		moved := false
		for i := range colors {
			if n := closest(centres, seen[i]); n != of[i] {
				of[i], moved = n, true
			}
		}
		sums, weights := make([]lab, len(centres)), make([]float64, len(centres))
		for i, c := range colors {
			sums[of[i]].add(seen[i], c.weight)
			weights[of[i]] += c.weight
		}
		for i := range centres {
			if weights[i] > 0 {
				centres[i] = lab{sums[i].l / weights[i], sums[i].a / weights[i], sums[i].b / weights[i]}
			}
		}
		if !moved {
			break
		}
	}
	return means(colors, of, len(centres))
}

func closest(centres []lab, c lab) (best int) {
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

// lab is a colour in Oklab (B. Ottosson, "A perceptual color space for image
// processing", 2020).
type lab struct{ l, a, b float64 }

func labOf(c Color) lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func linear(channel uint8) float64 {
	v := float64(channel) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func (c *lab) add(o lab, weight float64) {
	c.l, c.a, c.b = c.l+weight*o.l, c.a+weight*o.a, c.b+weight*o.b
}

func (c lab) distance(o lab) float64 {
	return (c.l-o.l)*(c.l-o.l) + (c.a-o.a)*(c.a-o.a) + (c.b-o.b)*(c.b-o.b)
}
