// Package placeholder makes short texts that stand for a picture until it is
// there: a page holds them, and its script draws a blurred picture from them.
//
// Pictures are of at most [Side] pixels a side; larger ones take longer and give
// the same.
package placeholder

import (
	"image"
	"math"
	"strings"

	"primrose/functions/internal/colorspace"
)

// Side is the longest side in pixels that ThumbHash allows.
const Side = 100

// components is how many waves a BlurHash has in each direction, of at most 9:
// as many as imgix's have.
const components = 5

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"

// BlurHash returns a picture's BlurHash, as https://blurha.sh defines it: 54
// letters, digits and signs. It knows no transparency.
func BlurHash(picture *image.NRGBA) string {
	factors := waves(picture)
	dc, ac := factors[0], factors[1:]

	var strongest float64
	for _, wave := range ac {
		for _, channel := range wave {
			strongest = max(strongest, math.Abs(channel))
		}
	}
	scale := clamp(math.Floor(strongest*166-0.5), 82)

	hash := base83(nil, components-1+9*(components-1), 1)
	hash = base83(hash, scale, 1)
	mean := colorspace.FromLinear(dc).NRGBA(255)
	hash = base83(hash, int(mean.R)<<16|int(mean.G)<<8|int(mean.B), 4)
	for _, wave := range ac {
		number := 0
		for _, channel := range wave {
			level := channel / (float64(scale+1) / 166)
			number = 19*number + clamp(math.Floor(math.Copysign(math.Sqrt(math.Abs(level)), level)*9+9.5), 18)
		}
		hash = base83(hash, number, 2)
	}
	return string(hash)
}

// IsBlurHash reports whether a text is as long as a BlurHash, and of its letters.
func IsBlurHash(text []byte) bool {
	return len(text) == 4+2*components*components && strings.Trim(string(text), alphabet) == ""
}

// waves returns how strong each cosine wave is in red, green and blue light;
// that of no period, the mean colour, comes first.
func waves(picture *image.NRGBA) (factors [][3]float64) {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	light := lightOf(picture)
	for v := range components {
		down := cosines(h, float64(v), 0)
		for u := range components {
			across := cosines(w, float64(u), 0)
			var sum [3]float64
			for i, pixel := range light {
				basis := across[i%w] * down[i/w]
				for channel := range sum {
					sum[channel] += basis * pixel[channel]
				}
			}
			norm := 2 / float64(w*h)
			if u == 0 && v == 0 {
				norm /= 2
			}
			factors = append(factors, [3]float64{norm * sum[0], norm * sum[1], norm * sum[2]})
		}
	}
	return factors
}

// cosines samples a wave of n half periods over a length, each pixel at a place
// within it: 0 is where it begins, 0.5 its middle.
func cosines(length int, n, within float64) []float64 {
	samples := make([]float64, length)
	for i := range samples {
		samples[i] = math.Cos(math.Pi / float64(length) * n * (float64(i) + within))
	}
	return samples
}

// lightOf returns the pixels' linear light, 0 to 1 a channel.
func lightOf(picture *image.NRGBA) [][3]float64 {
	var linear [256]float64
	for i := range linear {
		linear[i] = colorspace.ToLight(float64(i) / 255)
	}
	light := make([][3]float64, 0, picture.Rect.Dx()*picture.Rect.Dy())
	for pixel := range pixels(picture) {
		light = append(light, [3]float64{linear[pixel[0]], linear[pixel[1]], linear[pixel[2]]})
	}
	return light
}

func clamp(x float64, most int) int { return max(0, min(most, int(x))) }

// base83 appends a number in so many digits.
func base83(text []byte, number, digits int) []byte {
	for place := digits - 1; place >= 0; place-- {
		digit := number
		for range place {
			digit /= len(alphabet)
		}
		text = append(text, alphabet[digit%len(alphabet)])
	}
	return text
}

// pixels yields red, green, blue and opacity, row by row.
func pixels(picture *image.NRGBA) func(func([]uint8) bool) {
	return func(yield func([]uint8) bool) {
		for y := range picture.Rect.Dy() {
			row := picture.Pix[y*picture.Stride:]
			for x := range picture.Rect.Dx() {
				if !yield(row[4*x : 4*x+4]) {
					return
				}
			}
		}
	}
}
