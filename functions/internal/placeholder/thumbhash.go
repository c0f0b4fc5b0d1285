package placeholder

import (
	"encoding/base64"
	"image"
	"math"
)

// ThumbHash returns a picture's ThumbHash, as
// https://evanw.github.io/thumbhash defines it, in base64: about 25 bytes. It
// keeps the aspect ratio and transparency.
func ThumbHash(picture *image.NRGBA) string {
	return base64.StdEncoding.EncodeToString(thumbHash(picture))
}

// noise is below what any wave of a picture has that isn't of one colour.
const noise = 1e-9

// IsThumbHash reports whether a text is as long as a ThumbHash at most, and of
// its letters.
func IsThumbHash(text []byte) bool {
	hash, err := base64.StdEncoding.DecodeString(string(text))
	return err == nil && 5 <= len(hash) && len(hash) <= 32
}

// wave is a channel as cosine waves: the mean; how strong the others are, from
// 0 to 1 and 0.5 for none; and what 1 stands for. Where that is 0, the strengths
// count for nothing, and are 0.
type wave struct {
	mean     float64
	strength []float64
	scale    float64
}

func thumbHash(picture *image.NRGBA) []byte {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	light, yellow, red, opacity := channels(picture)
	transparent := false
	for _, a := range opacity {
		transparent = transparent || a < 1
	}

	most := 7.0 // waves of light along the longer side
	if transparent {
		most = 5
	}
	longer := float64(max(w, h))
	across, down := max(1, round(most*float64(w)/longer)), max(1, round(most*float64(h)/longer))
	l := analyse(light, w, h, max(3, across), max(3, down))
	p := analyse(yellow, w, h, 3, 3)
	q := analyse(red, w, h, 3, 3)

	landscape, shorter := w > h, across
	if landscape {
		shorter = down
	}
	head := round(63*l.mean) | round(31.5+31.5*p.mean)<<6 | round(31.5+31.5*q.mean)<<12 | round(31*l.scale)<<18 | bit(transparent)<<23
	more := shorter | round(63*p.scale)<<3 | round(63*q.scale)<<9 | bit(landscape)<<15
	hash := []byte{byte(head), byte(head >> 8), byte(head >> 16), byte(more), byte(more >> 8)}
	all := append(append(l.strength, p.strength...), q.strength...)
	if transparent {
		a := analyse(opacity, w, h, 5, 5)
		hash = append(hash, byte(round(15*a.mean)|round(15*a.scale)<<4))
		all = append(all, a.strength...)
	}
	return append(hash, nibbles(all)...)
}

// channels takes a picture apart into brightness, yellow against blue, red
// against green, and opacity. What is transparent shows the mean colour.
func channels(picture *image.NRGBA) (light, yellow, red, opacity []float64) {
	var mean [3]float64
	var seen float64
	for pixel := range pixels(picture) {
		alpha := float64(pixel[3]) / 255
		for channel := range mean {
			mean[channel] += alpha / 255 * float64(pixel[channel])
		}
		seen += alpha
	}
	for channel := range mean {
		mean[channel] /= max(seen, 1./255)
	}
	for pixel := range pixels(picture) {
		alpha := float64(pixel[3]) / 255
		over := func(channel int) float64 {
			return mean[channel]*(1-alpha) + alpha/255*float64(pixel[channel])
		}
		r, g, b := over(0), over(1), over(2)
		light = append(light, (r+g+b)/3)
		yellow = append(yellow, (r+g)/2-b)
		red = append(red, r-g)
		opacity = append(opacity, alpha)
	}
	return light, yellow, red, opacity
}

// analyse finds up to so many waves across and down in a channel; of both
// together, those in the triangle of the slower ones.
func analyse(channel []float64, w, h, across, down int) (found wave) {
	for v := range down {
		fy := cosines(h, float64(v), 0.5)
		for u := 0; u*down < across*(down-v); u++ {
			fx := cosines(w, float64(u), 0.5)
			var sum float64
			for i, sample := range channel {
				sum += sample * fx[i%w] * fy[i/w]
			}
			sum /= float64(w * h)
			if u == 0 && v == 0 {
				found.mean = sum
				continue
			}
			found.strength = append(found.strength, sum)
			found.scale = max(found.scale, math.Abs(sum))
		}
	}
	if found.scale < noise {
		return wave{mean: found.mean, strength: make([]float64, len(found.strength))}
	}
	for i := range found.strength {
		found.strength[i] = 0.5 + 0.5/found.scale*found.strength[i]
	}
	return found
}

// nibbles writes numbers from 0 to 1 in four bits each, the first in the lower
// ones.
func nibbles(numbers []float64) []byte {
	packed := make([]byte, (len(numbers)+1)/2)
	for i, n := range numbers {
		packed[i/2] |= byte(round(15*n) << (i % 2 * 4))
	}
	return packed
}

// round rounds a half up, as JavaScript does.
func round(x float64) int { return int(math.Floor(x + 0.5)) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
