package magick

import (
	"math"

	"primrose/functions/internal/vips"
)

// sharpen brings out edges.
type sharpen struct{ gauss }

func parseSharpen(s *settings, value string) error {
	g, err := parseGauss("-sharpen", value)
	if err != nil {
		return err
	}
	return s.add(sharpen{g})
}

// ImageMagick convolves with a bell curve upside down whose middle is twice
// the curve's volume, all divided by the sum. Written out, that adds the
// difference to the blurred image, divided by one plus the curve's peak.
func (s sharpen) apply(img *vips.Image, _ run) error {
	if s.sigma == 0 {
		return nil
	}
	return premultiplied(img, func() error { return unsharp(img, s.gauss, 1/(1+s.peak())) })
}

// peak is the share of a two-dimensional bell curve that its middle pixel has.
func (g gauss) peak() float64 {
	sum := 0.0
	reach := math.Ceil(4 * g.sigma)
	if g.radius > 0 {
		reach = math.Ceil(g.radius)
	}
	for x := -reach; x <= reach; x++ {
		sum += math.Exp(-x * x / (2 * g.sigma * g.sigma))
	}
	return 1 / (sum * sum)
}

// unsharp adds to the image what a blur would take away, times amount.
func unsharp(img *vips.Image, g gauss, amount float64) error {
	if err := img.Render(); err != nil { // it is read twice, at two places
		return err
	}
	blurred, err := img.With("copy", nil)
	if err != nil {
		return err
	}
	defer blurred.Close()
	if err := g.spread(blurred); err != nil {
		return err
	}
	if err := scale(blurred, -amount); err != nil {
		return err
	}
	meant := img.Interpretation()
	if err := scale(img, 1+amount); err != nil {
		return err
	}
	sharp, err := vips.New("add", vips.Args{"left": img, "right": blurred})
	if err != nil {
		return err
	}
	img.Become(sharp)
	if err := img.Apply("copy", vips.Args{"interpretation": meant}); err != nil {
		return err
	}
	return toBytes(img)
}

// scale multiplies every sample.
func scale(img *vips.Image, factor float64) error {
	return img.Apply("linear", vips.Args{"a": []float64{factor}, "b": []float64{0}})
}
