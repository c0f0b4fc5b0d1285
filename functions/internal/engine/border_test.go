package engine

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// roundRect is a rectangle with round corners.
type roundRect struct {
	x, y, w, h float64
	radius     [4]float64 // from the top left on, clockwise
}

// covers returns how much of a pixel the rectangle covers, by looking at 8×8
// points in it.
func (r roundRect) covers(px, py int) float64 {
	inside := 0
	for i := range 64 {
		x, y := float64(px)+(float64(i%8)+0.5)/8-r.x, float64(py)+(float64(i/8)+0.5)/8-r.y
		if x < 0 || y < 0 || x > r.w || y > r.h {
			continue
		}
		radius := r.radius[0]
		switch {
		case x > r.w/2 && y < r.h/2:
			radius = r.radius[1]
		case x > r.w/2:
			radius = r.radius[2]
		case y > r.h/2:
			radius = r.radius[3]
		}
		radius = min(radius, r.w/2, r.h/2)
		dx, dy := radius-min(x, r.w-x), radius-min(y, r.h-y)
		if dx <= 0 || dy <= 0 || math.Hypot(dx, dy) <= radius {
			inside++
		}
	}
	return float64(inside) / 64
}

func TestBorder(t *testing.T) {
	opaque := scene(60, 40)
	all := func(r float64) [4]float64 { return [4]float64{r, r, r, r} }
	for _, c := range []struct {
		query        string
		picture      *image.NRGBA
		stroke       color.NRGBA
		inner, outer roundRect
	}{
		{"border=5,ff8000", opaque, color.NRGBA{255, 128, 0, 255}, roundRect{5, 5, 50, 30, all(0)}, roundRect{0, 0, 60, 40, all(0)}},
		{"border=5,80ff8000", opaque, color.NRGBA{255, 128, 0, 128}, roundRect{5, 5, 50, 30, all(0)}, roundRect{0, 0, 60, 40, all(0)}},
		{"border=2,ff8000&dpr=2&border-left=0&border-top=5", opaque, color.NRGBA{255, 128, 0, 255}, roundRect{0, 10, 56, 26, all(0)}, roundRect{0, 0, 60, 40, all(0)}},
		{"border=6,ff8000&border-radius=15&border-radius-inner=9", opaque, color.NRGBA{255, 128, 0, 255}, roundRect{6, 6, 48, 28, all(9)}, roundRect{0, 0, 60, 40, all(15)}},
		{"border=6,ff8000&border-radius=2,8,12,20&border-radius-inner=0,4,6,3", opaque, color.NRGBA{255, 128, 0, 255},
			roundRect{6, 6, 48, 28, [4]float64{0, 4, 6, 3}}, roundRect{0, 0, 60, 40, [4]float64{2, 8, 12, 20}}},
		{"border=6,ff8000&border-radius=8192", opaque, color.NRGBA{255, 128, 0, 255}, roundRect{6, 6, 48, 28, all(0)}, roundRect{0, 0, 60, 40, all(20)}},
		{"border=40,ff8000&border-radius-inner=3", opaque, color.NRGBA{255, 128, 0, 255}, roundRect{}, roundRect{0, 0, 60, 40, all(0)}},
		{"border=6,80ff8000&border-radius=15", holes(scene(60, 40)), color.NRGBA{255, 128, 0, 128}, roundRect{6, 6, 48, 28, all(0)}, roundRect{0, 0, 60, 40, all(15)}},
	} {
		got := shown(t, c.query, pngOf(t, c.picture))
		if got.Rect != c.picture.Rect {
			t.Fatalf("%s: %v", c.query, got.Rect)
		}
		for y := range 40 {
			for x := range 60 {
				from := c.picture.NRGBAAt(x, y)
				// Painted over what is below, by the law of Porter and Duff.
				over, below := (1-c.inner.covers(x, y))*float64(c.stroke.A)/255, float64(from.A)/255
				alpha := over + below*(1-over)
				want := color.NRGBA{A: uint8(math.Round(255 * alpha * c.outer.covers(x, y)))}
				paint := func(above, under uint8) uint8 {
					return uint8(math.Round((float64(above)*over + float64(under)*below*(1-over)) / math.Max(alpha, 1e-9)))
				}
				want.R, want.G, want.B = paint(c.stroke.R, from.R), paint(c.stroke.G, from.G), paint(c.stroke.B, from.B)
				tolerance := 4
				if in, out := c.inner.covers(x, y), c.outer.covers(x, y); in > 0 && in < 1 || out > 0 && out < 1 {
					tolerance = 30 // a pixel's distance from an arc tells not quite how much of it is covered
				}
				near(t, c.query, got, x, y, want, tolerance)
			}
		}
	}
}

// Beyond the corners lies bg, and white where nothing can be transparent.
func TestBorderCornersShowTheBackground(t *testing.T) {
	original := pngOf(t, quarters(40, 40, red, none, none, red))
	for query, want := range map[string]color.NRGBA{
		"border=3,1eb41e&border-radius=20":           none,
		"border=3,1eb41e&border-radius=20&bg=1e1edc": blue,
		// It is not laid twice below what shows it already.
		"border=3,1eb41e&border-radius=20&bg=801e1edc": {30, 30, 220, 128},
	} {
		img := shown(t, query, original)
		near(t, query, img, 0, 0, want, 2)
		near(t, query, img, 20, 1, green, 2)
		near(t, query, img, 15, 15, red, 2)
		if want.A > 0 {
			near(t, query, img, 25, 15, want, 2)
		}
	}
	flat := pixels(t, variantOf(t, "border=3_1eb41e,border-radius=20,fm=jpg", original).Body)
	near(t, "as JPEG", flat, 0, 0, white, 12)
}

// The border is of the picture, the padding around both, and what was asked
// for holds all of them.
func TestPadding(t *testing.T) {
	original := pngOf(t, paper(60, 40, red))
	for _, c := range []struct {
		query      string
		w, h       int
		left, top  int // where the picture begins
		background color.NRGBA
	}{
		{"pad=10", 80, 60, 10, 10, none},
		{"pad=10&bg=1e1edc", 80, 60, 10, 10, blue},
		{"pad=10&pad-left=0&pad-top=3", 70, 53, 0, 3, none},
		{"pad-right=7", 67, 40, 0, 0, none},
		{"pad=10&dpr=2", 100, 80, 20, 20, none},
		{"pad=5&w=40", 40, 30, 5, 5, none},
		{"pad=5&w=40&dpr=2", 80, 60, 10, 10, none},
		{"pad=5&w=40&h=40&fit=crop", 40, 40, 5, 5, none},
		{"pad=5&w=40&h=40&fit=fill&bg=1e1edc", 40, 40, 5, 10, blue},
		{"pad=30&w=40", 61, 61, 30, 30, none}, // no less than a pixel is left
	} {
		img := shown(t, c.query, original)
		if img.Rect.Dx() != c.w || img.Rect.Dy() != c.h {
			t.Errorf("%s: %v, want %d×%d", c.query, img.Rect.Max, c.w, c.h)
			continue
		}
		near(t, c.query, img, c.left, c.top, red, 2)
		if c.left > 0 {
			near(t, c.query, img, c.left-1, c.top, c.background, 2)
		}
		if c.top > 0 {
			near(t, c.query, img, c.left, c.top-1, c.background, 2)
		}
	}
	img := shown(t, "pad=10&border=4,1eb41e", original)
	near(t, "border and padding", img, 9, 30, none, 2)
	near(t, "border and padding", img, 10, 30, green, 2)
	flat := pixels(t, variantOf(t, "fm=jpg,pad=10", original).Body)
	near(t, "padding of JPEG", flat, 3, 3, white, 6)
}

// As much padding as options can ask for makes no more than a variant may have.
func TestPaddingStaysWithinLimits(t *testing.T) {
	for query, want := range map[string]size{
		"pad=8192&dpr=8": {8192, 8192},
		"pad=8192&w=1":   {8192, 8192},
		"pad-left=8192":  {8192, 1}, // of 1×1
	} {
		out := planGeometry(size{1, 1}, 1, valuesOf(t, query), sight{}, plenty).out()
		if out.w > maxSide || out.h > maxSide || abs(out.w-want.w) > 8 || abs(out.h-want.h) > 8 {
			t.Errorf("%s: %v, want nearly %v", query, out, want)
		}
	}
}
