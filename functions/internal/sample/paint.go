package sample

import (
	"image"
	"image/color"
	"math"
)

// rgba is a colour with red, green and blue from 0 to 255 and opacity from 0
// to 1.
type rgba struct{ r, g, b, a float64 }

// draw paints a picture that is 2 high, with 0, 0 in the middle, from the
// colour of its points: the mean of 25 for a pixel.
func draw(width, height int, at func(x, y float64) rgba) *image.NRGBA {
	const points = 5
	unit := 2 / float64(height)
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for py := range height {
		for px := range width {
			var sum rgba
			for i := range points * points {
				x := float64(px) + (float64(i%points)+0.5)/points - float64(width)/2
				y := float64(py) + (float64(i/points)+0.5)/points - float64(height)/2
				c := at(x*unit, y*unit)
				sum.r, sum.g, sum.b, sum.a = sum.r+c.r*c.a, sum.g+c.g*c.a, sum.b+c.b*c.a, sum.a+c.a
			}
			img.SetNRGBA(px, py, sum.mean(points*points))
		}
	}
	return img
}

// mean divides a sum of n colours that were weighed by their opacity.
func (c rgba) mean(n float64) color.NRGBA {
	if c.a == 0 {
		return color.NRGBA{}
	}
	return color.NRGBA{toByte(c.r / c.a), toByte(c.g / c.a), toByte(c.b / c.a), toByte(c.a / n * 255)}
}

func toByte(v float64) uint8 { return uint8(math.Min(math.Max(v, 0), 255) + 0.5) }

// mix goes from a to b by a share, which it keeps within 0 to 1.
func mix(a, b rgba, share float64) rgba {
	s := math.Min(math.Max(share, 0), 1)
	return rgba{a.r + (b.r-a.r)*s, a.g + (b.g-a.g)*s, a.b + (b.b-a.b)*s, a.a + (b.a-a.a)*s}
}

// over lays b on an opaque a.
func over(a, b rgba) rgba {
	return mix(a, rgba{b.r, b.g, b.b, a.a}, b.a)
}

// smooth goes from 0 to 1 between low and high, without corners.
func smooth(low, high, v float64) float64 {
	t := math.Min(math.Max((v-low)/(high-low), 0), 1)
	return t * t * (3 - 2*t)
}
