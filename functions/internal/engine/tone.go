package engine

import (
	"math"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/vips"
)

// curve says what becomes of a sample of sRGB, 0 to 1. What it returns may lie
// beyond that, and is cut off last of all.
type curve func(float64) float64

// then returns the curve that is one after the other.
func (c curve) then(next curve) curve { return func(x float64) float64 { return next(c(x)) } }

// tone changes how light and dark are spread. Its changes are one curve, so
// that nothing is rounded or cut off between them, and one pass suffices.
func tone(f *frame) error {
	a := f.values.Adjust
	c := curve(func(x float64) float64 { return x })
	asked := false
	for _, change := range []struct {
		by   int
		make func(float64) curve
	}{
		{a.Exposure, exposure}, {a.Brightness, brightness}, {a.Contrast, contrast}, {a.Gamma, gamma},
		{a.Highlights, highlights}, {a.Shadows, shadows},
	} {
		if change.by != 0 {
			c, asked = c.then(change.make(float64(change.by)/100)), true
		}
	}
	if !asked {
		return nil
	}
	return bend(f.image, c, c, c)
}

// The changes below take an option's value as -1 to 1. imgix publishes none of
// its formulas.

// exposure multiplies the light itself, as a camera does: by two for a stop.
// There are five stops each way, as where raw photos are developed.
func exposure(by float64) curve {
	gain := math.Exp2(5 * by)
	return func(x float64) float64 { return colorspace.FromLight(gain * colorspace.ToLight(x)) }
}

// brightness adds: from all black to all white.
func brightness(by float64) curve {
	return func(x float64) float64 { return x + by }
}

// contrast turns the curve about medium grey, by 45° each way: from all grey
// to but black and white.
func contrast(by float64) curve {
	steepness := math.Tan((by + 1) * math.Pi / 4)
	return func(x float64) float64 { return (x-0.5)*steepness + 0.5 }
}

// gamma leaves black and white and moves what lies between, by a gamma from a
// quarter to four.
func gamma(by float64) curve {
	power := math.Exp2(-2 * by)
	return func(x float64) float64 { return math.Pow(unit(x), power) }
}

// shadows lightens what is dark, most at a quarter, by up to 0.21. Black and
// white stay, and so does the order of shades.
func shadows(by float64) curve {
	return func(x float64) float64 {
		x = unit(x)
		return x + 2*by*x*math.Pow(1-x, 3)
	}
}

// highlights darkens what is light, as shadows lightens what is dark.
func highlights(by float64) curve {
	mirrored := shadows(-by)
	return func(x float64) float64 { return 1 - mirrored(1-x) }
}

// bend changes red, green and blue by a curve each.
func bend(img *vips.Image, curves ...curve) error {
	table := make([]byte, 0, 256*img.Bands())
	for i := range 256 {
		for _, c := range curves {
			table = append(table, byte(math.Round(255*unit(c(float64(i)/255)))))
		}
		if img.HasAlpha() {
			table = append(table, byte(i))
		}
	}
	lut, err := vips.FromPixels(table, 256, 1, img.Bands())
	if err != nil {
		return err
	}
	defer lut.Close()
	return img.Apply("maplut", vips.Args{"lut": lut})
}
