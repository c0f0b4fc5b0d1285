package engine

import (
	"math"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// How far auto=enhance goes. imgix tells no more of it than that it spreads
// highlights, midtones and shadows in red, green and blue.
const (
	clipped  = 0.005      // part of the pixels that may become all dark or all light
	reach    = 40.0 / 255 // how far what is darkest is darkened, and what is lightest is lightened
	own      = 0.25       // how much of a channel's own spread counts, beside that of all: so much of a colour cast goes
	midtones = 0.5        // how far the medium shade moves to the middle
)

// enhance spreads shades over the whole range: what is darkest becomes
// darker, what is lightest lighter, and what lies between moves towards the
// middle. All of an animation's frames change as its first.
func enhance(f *frame) error {
	if f.values.Auto&options.AutoEnhance == 0 {
		return nil
	}
	if f.enhancement == nil {
		if err := f.render(); err != nil {
			return err
		}
		counts, err := histogramsOf(f.image)
		if err != nil {
			return err
		}
		f.enhancement = counts.enhancement()
	}
	return bend(f.image, f.enhancement...)
}

// histogram counts how often samples from 0 to 255 occur.
type histogram [256]float64

// channelHistograms are those of red, green and blue.
type channelHistograms [3]histogram

// histogramsOf counts the shades of a picture, as they are once it is brought to
// at most 256 pixels a side. What is transparent does not count.
func histogramsOf(img *vips.Image) (counts channelHistograms, err error) {
	small, err := reduced(img, 256, "lanczos3")
	if err != nil {
		return counts, err
	}
	for samples := small.Pix; len(samples) > 0; samples = samples[4:] {
		for i := range counts {
			counts[i][samples[i]] += float64(samples[3]) / 255
		}
	}
	return counts, nil
}

// quantile returns the shade, 0 to 1, that a part of the pixels is no lighter
// than.
func (s histogram) quantile(part float64) float64 {
	total, sum := 0.0, 0.0
	for _, n := range s {
		total += n
	}
	for shade, n := range s {
		if sum += n; sum >= part*total {
			return float64(shade) / 255
		}
	}
	return 1
}

// ends returns the shades that become all dark and all light.
func (s histogram) ends() (dark, light float64) {
	return min(s.quantile(clipped), reach), max(s.quantile(1-clipped), 1-reach)
}

// enhancement returns the curves for red, green and blue.
func (h channelHistograms) enhancement() (curves []curve) {
	var all histogram
	for _, channel := range h {
		for shade, n := range channel {
			all[shade] += n
		}
	}
	dark, light := all.ends()
	lift := towardsMiddle(levels(dark, light)(all.quantile(0.5)))
	for _, channel := range h {
		ownDark, ownLight := channel.ends()
		curves = append(curves, levels((1-own)*dark+own*ownDark, (1-own)*light+own*ownLight).then(lift))
	}
	return curves
}

// levels spreads what lies between two shades over all.
func levels(low, high float64) curve {
	return func(x float64) float64 { return (x - low) / (high - low) }
}

// towardsMiddle is the gamma that brings a shade so far to medium grey as
// midtones says, by a factor of 1.4 at most.
func towardsMiddle(shade float64) curve {
	power := math.Pow(math.Log(0.5)/math.Log(max(0.01, min(0.99, shade))), midtones)
	power = max(1/1.4, min(1.4, power))
	return func(x float64) float64 { return math.Pow(unit(x), power) }
}
