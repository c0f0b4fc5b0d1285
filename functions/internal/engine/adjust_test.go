package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// everyChannel makes a formula for colours of one for channels.
func everyChannel(f func(x float64) float64) func(rgbf) rgbf {
	return func(c rgbf) rgbf { return rgbf{f(c[0]), f(c[1]), f(c[2])} }
}

func between(a, b rgbf, part float64) (c rgbf) {
	for i := range c {
		c[i] = a[i]*(1-part) + b[i]*part
	}
	return c
}

func grey(c rgbf) float64 { return 0.213*c[0] + 0.715*c[1] + 0.072*c[2] }

// Options that change each pixel's colour by itself do what their formula says,
// and leave transparency alone.
func TestAdjustmentsFollowTheirFormulas(t *testing.T) {
	type formula = func(rgbf) rgbf
	same := func(c rgbf) rgbf { return c }
	sepia := func(c rgbf) rgbf {
		return rgbf{0.393*c[0] + 0.769*c[1] + 0.189*c[2], 0.349*c[0] + 0.686*c[1] + 0.168*c[2], 0.272*c[0] + 0.534*c[1] + 0.131*c[2]}
	}
	orange := rgbf{1, 128 / 255.0, 0}
	blend := func(a, b rgbf) func(rgbf) rgbf {
		return func(c rgbf) rgbf { return between(a, b, grey(c)) }
	}
	some := func(part float64, f formula) formula {
		return func(c rgbf) rgbf { return between(c, f(c), part) }
	}
	for query, want := range map[string]formula{
		"bri=0&con=0&exp=0&gam=0&high=0&shad=0&hue=0&sat=0&vib=0&sharp=0&usm=0&sepia=0&px=0&htn=0&blur=0": same,
		"hue=360":         same,
		"usm=50&usmrad=0": same,
		"nr=0&nrs=-5":     same,
		"px=1":            same,

		"bri=30":   everyChannel(func(x float64) float64 { return x + 0.3 }),
		"bri=-100": everyChannel(func(x float64) float64 { return 0 }),
		"bri=100":  everyChannel(func(x float64) float64 { return 1 }),
		"con=40":   everyChannel(func(x float64) float64 { return 0.5 + (x-0.5)*math.Tan(1.4*math.Pi/4) }),
		"con=-100": everyChannel(func(x float64) float64 { return 0.5 }),
		"con=100": everyChannel(func(x float64) float64 {
			if x < 0.5 {
				return 0
			}
			return 1
		}),
		"exp=20":   everyChannel(func(x float64) float64 { return colorspace.FromLight(2 * colorspace.ToLight(x)) }),
		"exp=-40":  everyChannel(func(x float64) float64 { return colorspace.FromLight(colorspace.ToLight(x) / 4) }),
		"gam=50":   everyChannel(math.Sqrt),
		"gam=-50":  everyChannel(func(x float64) float64 { return x * x }),
		"high=-50": everyChannel(func(x float64) float64 { return x - (1-x)*x*x*x }),
		"shad=100": everyChannel(func(x float64) float64 { return x + 2*x*math.Pow(1-x, 3) }),
		// Nothing is cut off between two: what goes beyond white comes back.
		"bri=60&con=-50": everyChannel(func(x float64) float64 { return 0.5 + (x+0.1)*math.Tan(math.Pi/8) }),
		"invert=true":    everyChannel(func(x float64) float64 { return 1 - x }),

		"hue=180": func(c rgbf) rgbf {
			g := grey(c)
			return rgbf{2*g - c[0], 2*g - c[1], 2*g - c[2]}
		},
		"hue=90": func(c rgbf) rgbf {
			return rgbf{c[2], 0.356*c[0] + 0.855*c[1] - 0.211*c[2], -0.574*c[0] + 1.43*c[1] + 0.144*c[2]}
		},
		"sat=-100": func(c rgbf) rgbf { g := grey(c); return rgbf{g, g, g} },
		"sat=50": func(c rgbf) rgbf {
			g := grey(c)
			return between(c, rgbf{g, g, g}, -0.5)
		},
		"vib=80": func(c rgbf) rgbf {
			g, strength := grey(c), max(c[0], c[1], c[2])-min(c[0], c[1], c[2])
			return between(c, rgbf{g, g, g}, -0.8*(1-strength))
		},
		"vib=-100": func(c rgbf) rgbf {
			g, strength := grey(c), max(c[0], c[1], c[2])-min(c[0], c[1], c[2])
			return between(c, rgbf{g, g, g}, 1-strength)
		},

		"sepia=100":                              sepia,
		"sepia=60":                               some(0.6, sepia),
		"monochrome=ff8000":                      blend(rgbf{}, orange),
		"monochrome=80ff8000":                    some(128/255.0, blend(rgbf{}, orange)),
		"duotone=000080,ff8000":                  blend(rgbf{0, 0, 128 / 255.0}, orange),
		"duotone=000080,ff8000&duotone-alpha=40": some(0.4, blend(rgbf{0, 0, 128 / 255.0}, orange)),
		"duotone=000080,ff8000&duotone-alpha=0":  same,
		"sepia=100&duotone=000080,ff8000&sat=-50": func(c rgbf) rgbf {
			return blend(rgbf{0, 0, 128 / 255.0}, orange)(sepia(some(0.5, func(c rgbf) rgbf { g := grey(c); return rgbf{g, g, g} })(c)))
		},
	} {
		for name, picture := range map[string]*image.NRGBA{"opaque": scene(60, 40), "with transparency": holes(scene(60, 40))} {
			got := shown(t, query, pngOf(t, picture))
			worst, at := 0.0, image.Point{}
			for y := range 40 {
				for x := range 60 {
					from, to := picture.NRGBAAt(x, y), got.NRGBAAt(x, y)
					if from.A != to.A {
						t.Fatalf("%s, %s: the opacity at (%d, %d) is %d, was %d", query, name, x, y, to.A, from.A)
					}
					is, wanted := colorspace.Of(to), want(colorspace.Of(from))
					for i := range is {
						if d := math.Abs(is[i] - unit(wanted[i])); d > worst {
							worst, at = d, image.Pt(x, y)
						}
					}
				}
			}
			// 1 of 255 is lost by rounding, and a little where three colours make one.
			if worst*255 > 1.1 {
				t.Errorf("%s, %s: (%v) is %v from %v, %.1f of 255 off", query, name, at, got.NRGBAAt(at.X, at.Y), picture.NRGBAAt(at.X, at.Y), worst*255)
			}
		}
	}
}

// smoothed is a Gaussian blur by its formula, in which transparent pixels count
// as much as they are seen, and edges go on for ever.
func smoothed(img *image.NRGBA, sigma float64) func(x, y int) rgbf {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	reach := int(4 * sigma)
	return func(x, y int) rgbf {
		var sum rgbf
		var all float64
		for v := -reach; v <= reach; v++ {
			for u := -reach; u <= reach; u++ {
				p := img.NRGBAAt(min(max(x+u, 0), w-1), min(max(y+v, 0), h-1))
				weight := math.Exp(-float64(u*u+v*v)/(2*sigma*sigma)) * float64(p.A)
				all += weight
				for i, c := range colorspace.Of(p) {
					sum[i] += c * weight
				}
			}
		}
		for i := range sum {
			sum[i] /= math.Max(all, 1e-9)
		}
		return sum
	}
}

// Options that look at neighbours do what their formula says.
func TestMasksFollowTheirFormulas(t *testing.T) {
	unsharp := func(by float64) func(c, soft rgbf) rgbf {
		return func(c, soft rgbf) rgbf { return between(c, soft, -by) }
	}
	noise := func(bound, gain float64) func(c, soft rgbf) rgbf {
		return func(c, soft rgbf) rgbf {
			difference := math.Abs(grey(c) - grey(soft))
			edge := 1.0
			if bound > 0 {
				edge = unit(difference/bound - 0.5)
			}
			return between(soft, c, edge*(1+gain))
		}
	}
	for _, c := range []struct {
		query string
		sigma float64
		want  func(c, soft rgbf) rgbf
	}{
		{"usm=80", 2.5, unsharp(0.8)},
		{"usm=-100&usmrad=1.2", 1.2, unsharp(-1)},
		{"usm=60&usmrad=1&dpr=2", 2, unsharp(0.6)},
		{"usm=60&usmrad=9", 9, unsharp(0.6)}, // on a shrunk picture
		{"nr=100", 1, noise(0.1, 0.4)},
		{"nrs=50&nr=0", 1, noise(0, 1)},
		{"nrs=30", 1, noise(0.02, 0.6)},
	} {
		for name, picture := range map[string]*image.NRGBA{"opaque": scene(60, 40), "with transparency": holes(scene(60, 40))} {
			got, soft := shown(t, c.query, pngOf(t, picture)), smoothed(picture, c.sigma)
			var sum, worst float64
			for y := range 40 {
				for x := range 60 {
					from, to := picture.NRGBAAt(x, y), got.NRGBAAt(x, y)
					if from.A != to.A {
						t.Fatalf("%s, %s: the opacity at (%d, %d) is %d, was %d", c.query, name, x, y, to.A, from.A)
					}
					for i, want := range c.want(colorspace.Of(from), soft(x, y)) {
						d := math.Abs(colorspace.Of(to)[i]-unit(want)) * float64(from.A)
						sum, worst = sum+d, math.Max(worst, d)
					}
				}
			}
			mean := sum / (3 * 40 * 60)
			t.Logf("%s, %s: off by %.2f of 255, %.1f at most", c.query, name, mean, worst)
			if mean > 1 || worst > 12 {
				t.Errorf("%s, %s: off by %.2f of 255 on average, by %.1f at most", c.query, name, mean, worst)
			}
		}
	}
}

// The colour of what nobody sees makes no fringes where it ends.
func TestTransparencyIsNoEdge(t *testing.T) {
	red := color.NRGBA{200, 60, 60, 255}
	for _, hidden := range []color.NRGBA{{}, {255, 255, 255, 0}, {0, 255, 255, 0}} {
		original := pngOf(t, quarters(40, 40, red, hidden, hidden, red))
		for _, query := range []string{"sharp=100", "usm=100", "nr=50&nrs=100", "usm=-100", "px=7", "blur=10"} {
			img := shown(t, query, original)
			for y := range 40 {
				for x := range 40 {
					if c := img.NRGBAAt(x, y); c.A > 40 {
						near(t, fmt.Sprintf("%s beside %v", query, hidden), img, x, y, color.NRGBA{red.R, red.G, red.B, c.A}, 6)
					}
				}
			}
			if t.Failed() {
				return
			}
		}
	}
}

// Squares have the mean of what they cover, and edges go on beyond the frame.
func TestPixellate(t *testing.T) {
	for name, picture := range map[string]*image.NRGBA{"opaque": scene(60, 40), "with transparency": holes(scene(60, 40))} {
		for query, side := range map[string]int{"px=7": 7, "px=5&dpr=2": 10, "px=100": 60} {
			got := shown(t, query, pngOf(t, picture))
			for y := range 40 {
				for x := range 60 {
					var sum rgbf
					var opacity float64
					for v := range side {
						for u := range side {
							p := picture.NRGBAAt(min(x/side*side+u, 59), min(y/side*side+v, 39))
							opacity += float64(p.A)
							for i, c := range colorspace.Of(p) {
								sum[i] += c * float64(p.A)
							}
						}
					}
					if opacity/float64(side*side) < 16 {
						continue // too little is seen of the colour
					}
					want := color.NRGBA{A: uint8(opacity / float64(side*side))}
					want.R, want.G, want.B = uint8(255*sum[0]/opacity), uint8(255*sum[1]/opacity), uint8(255*sum[2]/opacity)
					// Colours count as much as they are seen.
					near(t, query+", "+name, got, x, y, want, 1+int(255/opacity*float64(side*side)))
				}
			}
		}
	}
}

func TestHalftone(t *testing.T) {
	picture := scene(60, 40)
	for query, apart := range map[string]float64{"htn=8": 8, "htn=5&dpr=2": 10, "htn=1": 3} {
		got := shown(t, query, pngOf(t, picture))
		for y := range 40 {
			for x := range 60 {
				u, v := float64(x+y)/math.Sqrt2/apart, float64(x-y)/math.Sqrt2/apart
				screen := 0.5 + (math.Cos(2*math.Pi*u)+math.Cos(2*math.Pi*v))/4
				light := grey(colorspace.Of(picture.NRGBAAt(x, y)))
				c := uint8(math.Round(255 * unit(light+2*apart/math.Pi*(light-screen))))
				near(t, query, got, x, y, color.NRGBA{c, c, c, 255}, 2)
			}
		}
	}
	for _, c := range []color.NRGBA{{0, 0, 0, 255}, {255, 255, 255, 255}} {
		corners(t, "htn=9 of one colour", shown(t, "htn=9", pngOf(t, paper(64, 64, c))), c, c, c, c)
	}
}

// Whatever the original is, all of it at once works, and nothing else than
// colours changes.
func TestAdjustmentsTakeAnyOriginal(t *testing.T) {
	const all = "auto=enhance&nr=30&nrs=40&exp=5&bri=5&con=10&gam=-10&high=-20&shad=20&hue=40&sat=30&vib=20&invert=1&sharp=30&usm=40" +
		"&sepia=20&monochrome=40ff8000&duotone=000080,ff8000&duotone-alpha=30&htn=6&px=3&blur=5&border=2,80ff0000&border-radius=3&border-radius-inner=1&pad=2"
	grey := image.NewGray(image.Rect(0, 0, 40, 30))
	deep := image.NewNRGBA64(image.Rect(0, 0, 40, 30))
	for name, original := range map[string][]byte{
		"one pixel":   pngOf(t, paper(1, 1, red)),
		"a line":      pngOf(t, quarters(300, 1)),
		"grey":        pngOf(t, grey),
		"16 bit":      pngOf(t, deep),
		"CMYK":        tagged(t, scene(40, 30), "cmyk"),
		"see-through": pngOf(t, paper(40, 30, none)),
	} {
		before, after := shown(t, "w=40", original), shown(t, "w=44&"+all, original)
		if b, a := before.Rect.Max, after.Rect.Max; a.X != b.X+4 || a.Y != b.Y+4 {
			t.Errorf("%s: %v became %v", name, b, a)
		}
	}
	o, err := options.FromQuery(all, "")
	if err != nil {
		t.Fatal(err)
	}
	cut := pngOf(t, noise(40, 30))
	if _, err := runPipe(t, Job{Options: o.String()}, cut[:len(cut)/2]); code(err) != problem.BrokenImage {
		t.Errorf("half of an original: %v", err)
	}
	holdsNothing(t)
}

// Each frame of an animation changes, also where its palette would do for the
// original's colours.
func TestAdjustmentsOfAnimations(t *testing.T) {
	original := gifOf(t, quarters(40, 40), quarters(40, 40, blue, red, red, blue))
	opposite := func(c color.NRGBA) color.NRGBA { return color.NRGBA{255 - c.R, 255 - c.G, 255 - c.B, 255} }
	for _, format := range []string{"gif", "webp"} {
		img := pixels(t, variantOf(t, "fm="+format+",invert=1", original).Body)
		near(t, format, img, 10, 10, opposite(red), 12)
		near(t, format, img, 30, 30, opposite(yellow), 12)
		near(t, format, img, 10, 50, opposite(blue), 12)
		near(t, format, img, 30, 50, opposite(red), 12)
		img = pixels(t, variantOf(t, "border=3_00c8c8,fm="+format+",lossless=1,pad=4", original).Body)
		for _, y := range []int{0, 48} {
			near(t, format, img, 1, y+1, none, 2)
			near(t, format, img, 24, y+5, color.NRGBA{0, 200, 200, 255}, 24)
		}
	}
}
