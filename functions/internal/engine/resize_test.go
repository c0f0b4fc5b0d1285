package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"primrose/functions/internal/vips"
)

// catmullRom is the cubic convolution with a = -0.5 (Keys, 1981), as enlarging
// uses it.
func catmullRom(x float64) float64 {
	switch x = math.Abs(x); {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// enlarged is a picture enlarged by the definition: the middle of each pixel lies
// where it lay, and beyond the edges its pixels go on.
func enlarged(img *image.NRGBA, w, h int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	from := img.Rect
	for y := range h {
		for x := range w {
			u := (float64(x)+0.5)*float64(from.Dx())/float64(w) - 0.5
			v := (float64(y)+0.5)*float64(from.Dy())/float64(h) - 0.5
			var sum [4]float64
			for j := math.Floor(v) - 1; j <= math.Floor(v)+2; j++ {
				for i := math.Floor(u) - 1; i <= math.Floor(u)+2; i++ {
					weight := catmullRom(u-i) * catmullRom(v-j)
					c := img.NRGBAAt(max(0, min(from.Dx()-1, int(i))), max(0, min(from.Dy()-1, int(j))))
					alpha := float64(c.A) / 255
					for band, sample := range []uint8{c.R, c.G, c.B} {
						sum[band] += weight * alpha * float64(sample)
					}
					sum[3] += weight * alpha
				}
			}
			alpha := max(0, min(1, sum[3]))
			sample := func(s float64) uint8 {
				if alpha == 0 {
					return 0
				}
				return uint8(math.Round(max(0, min(255, s/alpha))))
			}
			out.SetNRGBA(x, y, color.NRGBA{sample(sum[0]), sample(sum[1]), sample(sum[2]), uint8(math.Round(255 * alpha))})
		}
	}
	return out
}

// Enlarging is exact: not half a pixel off, and without colours from where
// nothing is seen.
func TestEnlarge(t *testing.T) {
	for name, img := range map[string]*image.NRGBA{"scene": scene(60, 40), "holes": holes(scene(60, 40)), "pixel": paper(1, 1, red), "row": scene(60, 1)} {
		from := size{img.Rect.Dx(), img.Rect.Dy()}
		for _, to := range []size{from.times(1.5), from.times(2), from.times(7.3), {from.w + 1, from.h + 1}, {from.w, from.h * 3}} {
			what := fmt.Sprintf("%s to %v", name, to)
			got := pixels(t, queried(t, fmt.Sprintf("fm=png&fit=scale&w=%d&h=%d", to.w, to.h), pngOf(t, img)).Body)
			want := enlarged(img, to.w, to.h)
			if got.Rect != want.Rect {
				t.Errorf("%s is %v", what, got.Rect)
				continue
			}
			if d := difference(got, want); max(d[0], d[1], d[2], d[3]) > 0.8 {
				t.Errorf("%s differs from the definition by %.2f", what, d)
			}
		}
	}
}

// One side shrinks while the other grows: each as it does by itself.
func TestShrinkAndEnlarge(t *testing.T) {
	img := scene(300, 40)
	got := pixels(t, queried(t, "fm=png&fit=scale&w=100&h=90", pngOf(t, img)).Body)
	narrow := pixels(t, queried(t, "fm=png&fit=scale&w=100&h=40", pngOf(t, img)).Body)
	if d := difference(got, enlarged(narrow, 100, 90)); max(d[0], d[1], d[2]) > 0.8 {
		t.Errorf("differs by %.2f", d)
	}
}

// What a decoder hands out row by row is enlarged as well as what is held.
func TestEnlargeRows(t *testing.T) {
	img := noise(200, 300)
	still := pngOf(t, img)
	for _, query := range []string{"fm=png&w=400", "fm=png&w=400&orient=3", "fm=png&rect=50,100,150,150&w=450"} {
		held := pixels(t, queried(t, query, saved(t, img, "webpsave_buffer", vips.Args{"lossless": true})).Body)
		if d := difference(pixels(t, queried(t, query, still).Body), held); d != [4]float64{} {
			t.Errorf("%s: differs by %v from what is held", query, d)
		}
	}
}
