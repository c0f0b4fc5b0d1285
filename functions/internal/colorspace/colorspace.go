// Package colorspace converts colours of sRGB to other spaces and back, and
// mixes them there.
package colorspace

import (
	"image/color"
	"math"
)

// Color is a colour by three numbers of one of the spaces. Those of sRGB and of
// its linear light are 0 to 1.
type Color [3]float64

// Of returns a colour of 8 bits in sRGB, whatever its opacity.
func Of(c color.NRGBA) Color {
	return Color{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255}
}

// NRGBA returns a colour of sRGB in 8 bits. What lies beyond them is cut off.
func (c Color) NRGBA(alpha uint8) color.NRGBA {
	return color.NRGBA{R: sample(c[0]), G: sample(c[1]), B: sample(c[2]), A: alpha}
}

func sample(share float64) uint8 { return uint8(math.Round(255 * max(0, min(1, share)))) }

// ToLight returns the linear light of a sample of sRGB, both 0 to 1 (IEC
// 61966-2-1).
func ToLight(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// FromLight is the inverse of [ToLight].
func FromLight(x float64) float64 {
	if x <= 0.0031308 {
		return x * 12.92
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// Linear returns a colour's linear light.
func Linear(c Color) Color { return c.each(ToLight) }

// FromLinear is the inverse of [Linear].
func FromLinear(c Color) Color { return c.each(FromLight) }

func (c Color) each(change func(float64) float64) Color {
	return Color{change(c[0]), change(c[1]), change(c[2])}
}

// times multiplies with a matrix, a row a result.
func (c Color) times(m [3]Color) (product Color) {
	for i, row := range m {
		product[i] = row[0]*c[0] + row[1]*c[1] + row[2]*c[2]
	}
	return product
}
