package engine

import (
	"image"
	"image/color"
	"testing"
)

// wedge is a picture of all shades from one to another, in columns.
func wedge(from, to color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 256, 16))
	for y := range 16 {
		for x := range 256 {
			between := func(a, b uint8) uint8 { return uint8((int(a)*(255-x) + int(b)*x + 127) / 255) }
			img.SetNRGBA(x, y, color.NRGBA{between(from.R, to.R), between(from.G, to.G), between(from.B, to.B), 255})
		}
	}
	return img
}

func grey1(n uint8) color.NRGBA { return color.NRGBA{n, n, n, 255} }

func TestEnhance(t *testing.T) {
	for _, c := range []struct {
		name        string
		from, to    color.NRGBA
		left, right color.NRGBA // what comes of the two ends
		center      color.NRGBA
	}{
		{"all shades stay", grey1(0), grey1(255), grey1(0), grey1(255), grey1(128)},
		{"few shades are spread", grey1(30), grey1(220), grey1(0), grey1(255), grey1(128)},
		{"no further than 40 of 255 each way", grey1(100), grey1(160), grey1(86), grey1(171), grey1(128)},
		{"a quarter of a colour cast goes", color.NRGBA{0, 0, 0, 255}, color.NRGBA{255, 255, 225, 255}, grey1(0), color.NRGBA{255, 255, 232, 255}, color.NRGBA{128, 128, 117, 255}},
	} {
		img := shown(t, "auto=enhance", pngOf(t, wedge(c.from, c.to)))
		near(t, c.name, img, 1, 5, c.left, 4)
		near(t, c.name, img, 254, 5, c.right, 4)
		near(t, c.name, img, 128, 5, c.center, 4)
	}

	// What is dark as a whole is lifted by a gamma, and white stays.
	dark := wedge(grey1(0), grey1(255))
	for i := range dark.Pix {
		if i%4 < 3 {
			dark.Pix[i] = uint8(int(dark.Pix[i]) * int(dark.Pix[i]) / 255)
		}
	}
	img := shown(t, "auto=enhance", pngOf(t, dark))
	near(t, "dark", img, 128, 5, grey1(94), 4) // 255 × 0.25^(1/1.4)
	near(t, "dark", img, 254, 5, grey1(255), 4)

	// Transparent pixels don't count, whatever colour they have.
	half := wedge(grey1(30), grey1(220))
	for x := range 256 {
		for y := range 8 {
			half.SetNRGBA(x, y, color.NRGBA{255, 0, 0, 0})
		}
	}
	img = shown(t, "auto=enhance", pngOf(t, half))
	near(t, "half transparent", img, 1, 12, grey1(0), 4)
	near(t, "half transparent", img, 254, 12, grey1(255), 4)
}

// What the first frame needs is done to all of them, or they would flicker.
func TestEnhanceIsTheSameForAllFrames(t *testing.T) {
	dull, bright := wedge(grey1(30), grey1(220)), wedge(grey1(0), grey1(255))
	moving := saved(t, stacked(dull, bright), "webpsave_buffer", map[string]any{"lossless": true, "page_height": 16})
	v := variantOf(t, "auto=enhance,fm=webp,lossless=1", moving)
	if v.Frames != 2 {
		t.Fatalf("%d frames", v.Frames)
	}
	img := pixels(t, v.Body)
	for _, x := range []int{60, 128, 200} { // 30..220 becomes 0..255
		for y, frame := range []*image.NRGBA{dull, bright} {
			shade := (float64(frame.NRGBAAt(x, 0).R) - 30) * 255 / 190
			near(t, "frames", img, x, 16*y+5, grey1(uint8(255*unit(shade/255))), 4)
		}
	}
}

// stacked lays pictures below each other.
func stacked(pictures ...*image.NRGBA) *image.NRGBA {
	all := image.NewNRGBA(image.Rect(0, 0, pictures[0].Rect.Dx(), 0))
	for _, p := range pictures {
		all.Pix = append(all.Pix, p.Pix...)
		all.Rect.Max.Y += p.Rect.Dy()
	}
	return all
}
