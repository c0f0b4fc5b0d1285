package magick

import (
	"math"
	"strings"

	"primrose/functions/internal/vips"
)

// gauss is a bell curve, cut off at a radius.
type gauss struct {
	radius float64 // px; 0 for as far as it shows
	sigma  float64 // standard deviation, px; 0 does nothing
}

// Limits of a bell curve: what it costs grows with its reach.
const (
	maxSigma  = 100 // px
	maxRadius = 300 // px
)

// parseGauss parses radius{xsigma}; sigma is 1 if absent, as ImageMagick's.
func parseGauss(argument, value string) (gauss, error) {
	radius, sigma, found := strings.Cut(value, "x")
	if !found {
		sigma = "1"
	}
	r, okR := decimal(radius, 0, maxRadius)
	s, okS := decimal(sigma, 0, maxSigma)
	if !okR || !okS {
		return gauss{}, bad("%s %s: it must be radius or radiusxsigma; radius 0 to %d px, 0 to choose it by sigma; sigma 0 to %d px",
			argument, quote(value), maxRadius, maxSigma)
	}
	return gauss{r, s}, nil
}

// blur spreads every pixel over its neighbours.
type blur struct{ gauss }

func parseBlur(s *settings, value string) error {
	g, err := parseGauss("-blur", value)
	if err != nil {
		return err
	}
	return s.add(blur{g})
}

func (b blur) apply(img *vips.Image, _ run) error {
	if b.sigma == 0 {
		return nil
	}
	return premultiplied(img, func() error {
		if err := b.spread(img); err != nil {
			return err
		}
		return toBytes(img)
	})
}

// far is the reach in px from which a curve is applied to a shrunk image: the
// time that it takes grows with its reach, and nothing finer than that is left.
const far = 16

// spread blurs the image, of any sample format.
func (g gauss) spread(img *vips.Image) error {
	shrink := g.reach() / far
	if shrink <= 1 {
		return g.convolve(img)
	}
	w, h := img.Width(), img.Height()
	if err := img.Apply("resize", vips.Args{"scale": 1 / shrink}); err != nil {
		return err
	}
	if err := (gauss{g.radius / shrink, g.sigma / shrink}).convolve(img); err != nil {
		return err
	}
	return img.Enlarge(w, h)
}

// least is the height of the curve that does not show in 8 bits any more.
const least = 0.001

// reach is where the curve ends, in px.
func (g gauss) reach() float64 {
	shown := g.sigma * math.Sqrt(-2*math.Log(least))
	if g.radius > 0 {
		return math.Min(g.radius, shown)
	}
	return shown
}

// convolve mixes pixels as the curve says. Gaussblur knows no radius but a
// least amplitude: the curve's height half a pixel behind the radius. In whole
// numbers it would make the image lighter or darker, by up to 1 in 30.
func (g gauss) convolve(img *vips.Image) error {
	amplitude := least
	if g.radius > 0 {
		edge := math.Ceil(g.radius) + 0.5
		amplitude = math.Max(least, math.Exp(-edge*edge/(2*g.sigma*g.sigma)))
	}
	return img.Apply("gaussblur", vips.Args{"sigma": g.sigma, "min-ampl": amplitude, "precision": "float"})
}
