package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"primrose/functions/internal/vips"
)

func TestSolidFill(t *testing.T) {
	photo := jpegOf(t, quarters(96, 64)) // 48×32 in a box of 48: 8 px are left above and below
	navy := color.NRGBA{0, 0, 128, 255}
	for query, want := range map[string]color.NRGBA{
		"fill=solid&fill-color=000080&bg=red&fm=png":    navy,
		"fill-color=000080&fm=jpg&q=95":                 navy,
		"fill=solid&bg=000080&fm=png":                   navy,
		"fill=solid&fm=png":                             none,
		"fill-color=80000080&fm=png":                    {0, 0, 128, 128},
		"fill-color=80000080&fm=jpg&q=95":               over(color.NRGBA{0, 0, 128, 128}, white),
		"fill=solid&fill-color=navy&fm=png&fit=fillmax": navy,
	} {
		fit := "fit=fill&w=48&h=48&"
		img := pixels(t, queried(t, fit+query, photo).Body)
		near(t, query, img, 24, 2, want, 3)
		near(t, query, img, 24, 45, want, 3)
		near(t, query, img, 12, 16, red, 12)
		near(t, query, img, 36, 32, yellow, 12)
	}
}

// Small pictures stay as they are with fillmax, in the middle.
func TestFillMax(t *testing.T) {
	img := pixels(t, queried(t, "fit=fillmax&w=40&h=30&bg=white&fm=png", pngOf(t, quarters(10, 10))).Body)
	if img.Rect.Dx() != 40 || img.Rect.Dy() != 30 {
		t.Fatalf("it is %v", img.Rect)
	}
	for at, want := range map[image.Point]color.NRGBA{{15, 10}: red, {24, 10}: green, {15, 19}: blue, {24, 19}: yellow, {14, 10}: white, {15, 9}: white, {25, 19}: white, {24, 20}: white} {
		near(t, "fillmax", img, at.X, at.Y, want, 0)
	}
}

func TestGradientFill(t *testing.T) {
	photo := pngOf(t, quarters(100, 10))
	const fit = "fit=fill&fill=gradient&fm=png&w=100&h=110&"
	// What a channel is at a point, if it runs from 0 to 255.
	down := func(x, y float64) float64 { return y / 109 }
	up := func(x, y float64) float64 { return 1 - y/109 }
	corner := func(x, y float64) float64 { return (x/99 + 1 - y/109) / 2 }
	circles := func(cx, cy, inner, outer float64) func(x, y float64) float64 {
		return func(x, y float64) float64 { return (math.Hypot(x+0.5-cx, y+0.5-cy) - inner) / (outer - inner) }
	}
	for _, c := range []struct {
		query string
		want  func(x, y float64) float64
	}{
		{"fill-gradient-linear=000000,ffffff", down},
		{"fill-gradient-linear=000,fff&fill-gradient-linear-direction=top", up},
		{"fill-gradient-linear=000,fff&fill-gradient-linear-direction=top,bottom", down},
		{"fill-gradient-linear=000,fff&fill-gradient-linear-direction=right,top", corner},
		{"fill-gradient-linear=fff,000&fill-gradient-linear-direction=left,bottom", corner},
		{"fill-gradient-type=radial&fill-gradient-radial=000,fff", circles(50, 55, 25, 50)},
		{"fill-gradient-type=radial&fill-gradient-radial=000,fff&fill-gradient-radial-radius=10,0.2&fill-gradient-radial-x=0.1&fill-gradient-radial-y=20", circles(10, 20, 10, 20)},
		{"fill-gradient-type=radial&fill-gradient-radial=000,fff&fill-gradient-radial-radius=60,20", circles(50, 55, 60, 20)},
		{"fill-gradient-type=radial&fill-gradient-radial=000,fff&fill-gradient-radial-radius=30,30", circles(50, 55, 29.999, 30)},
	} {
		img := pixels(t, queried(t, fit+c.query, photo).Body)
		for _, at := range []image.Point{{0, 0}, {99, 0}, {50, 3}, {20, 40}, {70, 45}, {10, 17}, {50, 80}, {30, 63}, {0, 109}, {99, 109}} {
			v := uint8(math.Round(255 * max(0, min(1, c.want(float64(at.X), float64(at.Y))))))
			near(t, c.query, img, at.X, at.Y, color.NRGBA{v, v, v, 255}, 1)
		}
		near(t, c.query, img, 10, 51, red, 0)
		near(t, c.query, img, 90, 58, yellow, 0)
	}

	// Without colours it is the picture's own, dark above light.
	img := pixels(t, queried(t, fit, pngOf(t, paper(100, 10, blue))).Body)
	top, bottom := img.NRGBAAt(50, 0), img.NRGBAAt(50, 109)
	if top.B <= top.R || top.B <= top.G || bottom.B < bottom.R || int(bottom.R)+int(bottom.G) <= int(top.R)+int(top.G)+100 {
		t.Errorf("around blue it runs from %v to %v", top, bottom)
	}
	// Through a transparent picture no ground shows.
	hole := pngOf(t, quarters(100, 10, red, none, none, yellow))
	near(t, "a hole", pixels(t, queried(t, fit, hole).Body), 90, 51, none, 0)
}

// The blurred ground has the picture's colours where the picture would have
// them if it covered all, mixed over the width of the blur.
func TestBlurFill(t *testing.T) {
	for name, original := range map[string][]byte{"still": jpegOf(t, quarters(400, 100)), "moving": gifOf(t, quarters(400, 100), quarters(400, 100, blue, red, red, blue))} {
		v := queried(t, "fit=fill&fill=blur&w=200&h=200&fm=webp&lossless=1", original)
		img := pixels(t, v.Body)
		if v.Width != 200 || v.Height != 200 || img.Rect.Dy() != 200*v.Frames {
			t.Fatalf("%s: %d×%d", name, v.Width, v.Height)
		}
		for at, want := range map[image.Point]color.NRGBA{{20, 20}: red, {180, 20}: green, {20, 180}: blue, {180, 180}: yellow, {20, 90}: red, {180, 110}: yellow} {
			near(t, fmt.Sprint(name, at), img, at.X, at.Y, want, 14)
		}
		middle := img.NRGBAAt(100, 20) // between red and green
		near(t, name+" between", img, 100, 20, color.NRGBA{125, 105, 30, 255}, 14)
		if middle == img.NRGBAAt(20, 20) {
			t.Errorf("%s is not blurred", name)
		}
		if v.Frames == 2 {
			near(t, "second frame", img, 20, 220, blue, 14)
		}
	}
	// Opaque is what is opaque; a hole's ground is as transparent as the hole.
	holed := saved(t, paper(400, 100, none), "pngsave_buffer", vips.Args{})
	near(t, "transparent", pixels(t, queried(t, "fit=fill&fill=blur&w=200&h=200", holed).Body), 20, 20, none, 0)
}
