package engine

import (
	"image/color"
	"math"
	"testing"
)

// over is what a colour looks like on an opaque one.
func over(top, below color.NRGBA) color.NRGBA {
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round((float64(a)*float64(top.A) + float64(b)*float64(255-top.A)) / 255))
	}
	return color.NRGBA{mix(top.R, below.R), mix(top.G, below.G), mix(top.B, below.B), 255}
}

func TestBackground(t *testing.T) {
	faint := color.NRGBA{200, 100, 50, 77}
	original := pngOf(t, quarters(64, 64, red, none, faint, yellow))
	ochre := color.NRGBA{128, 64, 0, 255}
	for query, behind := range map[string]color.NRGBA{
		"bg=804000":               ochre,
		"bg=804000&fm=jpg&q=100":  ochre,
		"fm=jpg&q=100":            white,
		"bg=80804000&fm=jpg&q=95": over(color.NRGBA{128, 64, 0, 128}, white),
	} {
		img := pixels(t, queried(t, query, original).Body)
		near(t, query, img, 12, 12, red, 3)
		near(t, query, img, 48, 12, behind, 3)
		near(t, query, img, 12, 48, over(faint, behind), 3)
	}
}

func TestGrid(t *testing.T) {
	faint := color.NRGBA{200, 100, 50, 77}
	still := pngOf(t, quarters(64, 64, red, none, faint, yellow))
	gray, black := color.NRGBA{0xd0, 0xd7, 0xdd, 255}, color.NRGBA{0, 0, 0, 255}
	for _, c := range []struct {
		query         string
		original      []byte
		side          int
		first, second color.NRGBA
	}{
		{"transparency=grid", still, 4, gray, white},
		{"transparency=grid&dpr=2", still, 8, gray, white},
		{"transparency=grid&grid-size=5&grid-colors=black,red", still, 5, black, color.NRGBA{255, 0, 0, 255}},
		{"transparency=grid&grid-size=1", still, 1, gray, white},
		{"transparency=grid&grid-size=1000", still, 1000, gray, white},
		{"transparency=grid&bg=black", still, 4, black, black},
		{"transparency=grid&fm=webp&lossless=1", gifOf(t, quarters(64, 64, red, none, none, yellow), quarters(64, 64, red, none, none, blue)), 4, gray, white},
	} {
		v := queried(t, c.query, c.original)
		img := pixels(t, v.Body)
		for _, at := range [][2]int{{32, 0}, {36, 0}, {33, 7}, {50, 30}, {0, 40}, {5, 61}} {
			x, y := at[0], at[1]
			want := c.first
			if (x/c.side+y/c.side)%2 == 1 {
				want = c.second
			}
			if y >= 32 && v.Frames == 1 {
				want = over(faint, want)
			}
			near(t, c.query, img, x, y, want, 1)
		}
		near(t, c.query, img, 12, 12, red, 1)
		if want := img.Rect.Dy() / v.Frames; v.Height != want || v.Height != 64 {
			t.Errorf("%s: frames of %d px in %d px", c.query, v.Height, img.Rect.Dy())
		}
	}
}
