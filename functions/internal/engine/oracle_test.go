package engine

import (
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/tooltest"
)

// maxDifference is how far, on average over all pixels, a channel may be from
// what sharp makes, of 255. The scene below, shifted by one pixel, differs by 1.3
// where it is 900 px wide and by 9 at 150 px.
const maxDifference = 1.0

// sharp drives the same libvips, but chooses every operation by itself: an
// independent oracle of what options mean.
func TestAgreesWithSharp(t *testing.T) {
	type steps [][]any
	type step = []any
	type object = map[string]any
	resize := func(o object) step {
		o["fastShrinkOnLoad"] = false // it shrinks further than is good
		return step{"resize", o}
	}
	cases := []struct {
		original, options string
		steps             steps
	}{
		{"photo.jpg", "", steps{}},
		{"photo.jpg", "w=150", steps{resize(object{"width": 150})}},
		{"photo.jpg", "w=60", steps{resize(object{"width": 60})}},
		{"photo.jpg", "h=333", steps{resize(object{"height": 333})}},
		{"photo.jpg", "h=100,w=100", steps{resize(object{"width": 100, "height": 100, "fit": "inside"})}},
		{"photo.jpg", "dpr=1.5,h=100,w=100", steps{resize(object{"width": 150, "height": 150, "fit": "inside"})}},
		{"photo.jpg", "fit=max,w=2000", steps{resize(object{"width": 2000, "withoutEnlargement": true})}},
		{"photo.jpg", "fit=scale,h=300,w=100", steps{resize(object{"width": 100, "height": 300, "fit": "fill"})}},
		{"photo.jpg", "fit=crop,h=200,w=200", steps{resize(object{"width": 200, "height": 200, "fit": "cover"})}},
		{"photo.jpg", "crop=left,fit=crop,h=200,w=100", steps{resize(object{"width": 100, "height": 200, "fit": "cover", "position": "left"})}},
		{"photo.jpg", "crop=bottom,fit=crop,h=60,w=200", steps{resize(object{"width": 200, "height": 60, "fit": "cover", "position": "bottom"})}},
		{"photo.jpg", "crop=entropy,fit=crop,h=200,w=100", steps{resize(object{"width": 100, "height": 200, "fit": "cover", "position": "entropy"})}},
		{"photo.jpg", "crop=attention,fit=crop,h=200,w=100", steps{resize(object{"width": 100, "height": 200, "fit": "cover", "position": "attention"})}},
		{"photo.jpg", "bg=ff8000,fit=fill,h=200,w=200", steps{resize(object{"width": 200, "height": 200, "fit": "contain", "background": "#ff8000"})}},
		{"photo.jpg", "fit=clamp,h=200,w=200", steps{resize(object{"width": 200}), {"extend", object{"top": 33, "bottom": 34, "extendWith": "copy"}}}},
		{"photo.jpg", "rect=30_40_300_200,w=150", steps{{"extract", object{"left": 30, "top": 40, "width": 300, "height": 200}}, resize(object{"width": 150})}},
		{"photo.jpg", "flip=hv,w=150", steps{resize(object{"width": 150}), {"flip"}, {"flop"}}},
		{"photo.jpg", "blur=30,w=300", steps{resize(object{"width": 300}), {"blur", object{"sigma": 3, "minAmplitude": 0.02}}}},
		{"photo.jpg", "sharp=80,w=300", steps{resize(object{"width": 300}), {"sharpen", object{"sigma": 1, "m1": 0, "m2": 8}}}},
		{"photo.jpg", "bri=20,w=300", steps{resize(object{"width": 300}), {"linear", 1, 51}}},
		{"photo.jpg", "invert=1,w=300", steps{resize(object{"width": 300}), {"negate", object{"alpha": false}}}},
		{"photo.jpg", "sepia=100,w=300", steps{resize(object{"width": 300}), {"recomb", [][]float64{{0.393, 0.769, 0.189}, {0.349, 0.686, 0.168}, {0.272, 0.534, 0.131}}}}},
		{"photo.jpg", "bg=ffffff,pad-left=14,w=314", steps{resize(object{"width": 300}), {"extend", object{"left": 14, "background": "#fff"}}}},
		{"holed.png", "bg=204060,pad=7,w=150", steps{resize(object{"width": 136}), {"flatten", object{"background": "#204060"}}, {"extend", object{"top": 7, "bottom": 7, "left": 7, "right": 7, "background": "#204060"}}}},
		{"holed.png", "pad=7,w=150", steps{resize(object{"width": 136}), {"extend", object{"top": 7, "bottom": 7, "left": 7, "right": 7, "background": object{"r": 0, "g": 0, "b": 0, "alpha": 0}}}}},
		{"turned.jpg", "w=150", steps{{"autoOrient"}, resize(object{"width": 150})}},
		{"turned.jpg", "crop=top,fit=crop,h=80,w=150", steps{{"autoOrient"}, resize(object{"width": 150, "height": 80, "fit": "cover", "position": "top"})}},
		{"turned.jpg", "rect=10_20_200_300,w=100", steps{{"autoOrient"}, {"extract", object{"left": 10, "top": 20, "width": 200, "height": 300}}, resize(object{"width": 100})}},
		{"holed.png", "w=150", steps{resize(object{"width": 150})}},
		{"holed.png", "bg=204060,w=150", steps{resize(object{"width": 150}), {"flatten", object{"background": "#204060"}}}},
		{"holed.png", "fit=fill,h=200,w=200", steps{resize(object{"width": 200, "height": 200, "fit": "contain", "background": object{"r": 0, "g": 0, "b": 0, "alpha": 0}})}},
		{"wide.jpg", "w=150", steps{resize(object{"width": 150})}},
		{"cmyk.jpg", "w=150", steps{resize(object{"width": 150})}},
	}

	picture := scene(600, 400)
	originals := map[string][]byte{
		"photo.jpg":  jpegOf(t, picture),
		"turned.jpg": withEXIF(jpegOf(t, picture), 6),
		"holed.png":  pngOf(t, holes(scene(600, 400))),
		"wide.jpg":   tagged(t, picture, "p3"),
		"cmyk.jpg":   tagged(t, picture, "cmyk"),
	}
	dir := t.TempDir()
	for name, data := range originals {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	type question struct {
		File  string `json:"file"`
		Steps steps  `json:"steps"`
	}
	var questions []question
	for _, c := range cases {
		questions = append(questions, question{filepath.Join(dir, c.original), c.steps})
	}
	var answers []struct {
		Width, Height int
		Pixels        []byte
	}
	tooltest.Node(t, "testdata/oracle.mjs", questions, &answers)

	for i, c := range cases {
		pairs := append(strings.FieldsFunc(c.options, func(r rune) bool { return r == ',' }), "fm=png")
		slices.Sort(pairs)
		got := pixels(t, variantOf(t, strings.Join(pairs, ","), originals[c.original]).Body)
		want := &image.NRGBA{Pix: answers[i].Pixels, Stride: 4 * answers[i].Width, Rect: image.Rect(0, 0, answers[i].Width, answers[i].Height)}
		if abs(got.Rect.Dx()-want.Rect.Dx()) > 1 || abs(got.Rect.Dy()-want.Rect.Dy()) > 1 {
			t.Errorf("%s?%s is %v, sharp makes %v", c.original, c.options, got.Rect.Max, want.Rect.Max)
			continue
		}
		d := difference(got, want)
		t.Logf("%s?%s differs by %.2f", c.original, c.options, d)
		if max(d[0], d[1], d[2], d[3]) > maxDifference {
			t.Errorf("%s?%s differs from what sharp makes by %.2f a channel, more than %v", c.original, c.options, d, maxDifference)
		}
	}
}

// difference returns the mean absolute difference of each channel over the
// pixels that both have. Colours count as much as they are seen.
func difference(a, b *image.NRGBA) (mean [4]float64) {
	w, h := min(a.Rect.Dx(), b.Rect.Dx()), min(a.Rect.Dy(), b.Rect.Dy())
	for y := range h {
		for x := range w {
			p, q := a.NRGBAAt(x, y), b.NRGBAAt(x, y)
			seen := func(v, alpha uint8) float64 { return float64(v) * float64(alpha) / 255 }
			mean[0] += math.Abs(seen(p.R, p.A) - seen(q.R, q.A))
			mean[1] += math.Abs(seen(p.G, p.A) - seen(q.G, q.A))
			mean[2] += math.Abs(seen(p.B, p.A) - seen(q.B, q.A))
			mean[3] += math.Abs(float64(p.A) - float64(q.A))
		}
	}
	for i := range mean {
		mean[i] /= float64(w * h)
	}
	return mean
}

// scene is a picture like a photo's: soft shades, hard edges, fine detail,
// and one thing that draws the eye.
func scene(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			wave := math.Sin(40*u*u) * math.Cos(30*v)
			c := color.NRGBA{uint8(90 + 80*v + 40*wave), uint8(120 + 60*u), uint8(200 - 120*v + 20*wave), 255}
			if math.Hypot(u-0.7, (v-0.4)*0.67) < 0.1 {
				c = color.NRGBA{230, uint8(60 + 60*wave), 40, 255}
			}
			if x/20%2 == 0 && v > 0.8 {
				c = color.NRGBA{30, 40, 30, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// holes makes a picture fade out in rings.
func holes(img *image.NRGBA) *image.NRGBA {
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := float64(i/4%img.Rect.Dx()), float64(i/4/img.Rect.Dx())
		img.Pix[i+3] = uint8(127.5 + 127.5*math.Sin(math.Hypot(x-300, y-200)/20))
	}
	return img
}
