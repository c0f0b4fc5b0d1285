package engine

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// share returns how many of 255 parts of a pixel lie where inside says, counted at
// 32×32 points of it.
func share(x, y int, inside func(x, y float64) bool) uint8 {
	const points = 32
	n := 0
	for i := range points * points {
		if inside(float64(x)+(float64(i%points)+0.5)/points, float64(y)+(float64(i/points)+0.5)/points) {
			n++
		}
	}
	return uint8(math.Round(255 * float64(n) / points / points))
}

func inEllipse(w, h float64) func(x, y float64) bool {
	return func(x, y float64) bool { return math.Hypot(2*x/w-1, 2*y/h-1) <= 1 }
}

// inCorners tells of a rectangle with the radii of its corners from the top left
// on, clockwise.
func inCorners(w, h float64, r [4]float64) func(x, y float64) bool {
	return func(x, y float64) bool {
		for i, corner := range [4]struct{ x, y float64 }{{x, y}, {w - x, y}, {w - x, h - y}, {x, h - y}} {
			if corner.x < r[i] && corner.y < r[i] && math.Hypot(r[i]-corner.x, r[i]-corner.y) > r[i] {
				return false
			}
		}
		return true
	}
}

// TestMaskShapes compares each pixel's opacity with how much of it the shape
// covers.
func TestMaskShapes(t *testing.T) {
	for _, c := range []struct {
		query  string
		w, h   int
		inside func(x, y float64) bool
	}{
		{"mask=ellipse", 80, 80, inEllipse(80, 80)},
		{"mask=ellipse", 121, 60, inEllipse(121, 60)},
		{"mask=ellipse", 31, 200, inEllipse(31, 200)},
		{"mask=corners", 100, 60, inCorners(100, 60, [4]float64{12, 12, 12, 12})}, // a fifth
		{"mask=corners&corner-radius=20", 100, 60, inCorners(100, 60, [4]float64{20, 20, 20, 20})},
		{"mask=corners&corner-radius=5,10,0,25", 100, 60, inCorners(100, 60, [4]float64{5, 10, 0, 25})},
		{"mask=corners&corner-radius=0", 30, 20, inCorners(30, 20, [4]float64{})},
		{"mask=corners&corner-radius=8192", 100, 60, inCorners(100, 60, [4]float64{30, 30, 30, 30})},
		{"mask=corners&corner-radius=9&w=50&dpr=2", 100, 60, inCorners(100, 60, [4]float64{18, 18, 18, 18})},
	} {
		got := shown(t, c.query, pngOf(t, paper(c.w, c.h, red)))
		worst := 0
		for y := range c.h {
			for x := range c.w {
				p, want := got.NRGBAAt(x, y), share(x, y, c.inside)
				worst = max(worst, absOf(p.A, want))
				if p.A > 0 && (p.R != red.R || p.G != red.G || p.B != red.B) {
					t.Fatalf("%s: pixel (%d, %d) is %v, want red", c.query, x, y, p)
				}
			}
		}
		t.Logf("%s at %d×%d is off by %d at most", c.query, c.w, c.h, worst)
		if worst > 24 {
			t.Errorf("%s at %d×%d: opacity is off by %d of 255", c.query, c.w, c.h, worst)
		}
	}
	near(t, "1 px", shown(t, "mask=ellipse", pngOf(t, paper(1, 1, red))), 0, 0, red, 0)
}

// TestMaskImage: what counts is how bright and how opaque the mask is, stretched
// over the picture.
func TestMaskImage(t *testing.T) {
	picture, by := chance(4, 40, 30, 255, 100), chance(5, 40, 30, 255, 255, 60, 0)
	got := shown(t, "mask=m", pngOf(t, picture), pngOf(t, by))
	compare(t, "mask", got, func(x, y int) color.NRGBA {
		p, m := picture.NRGBAAt(x, y), by.NRGBAAt(x, y)
		light := (0.213*float64(m.R) + 0.715*float64(m.G) + 0.072*float64(m.B)) / 255 * float64(m.A) / 255
		p.A = uint8(math.Round(float64(p.A) * light))
		return p
	})
	got = shown(t, "mask=m", pngOf(t, paper(90, 30, red)), pngOf(t, quarters(6, 10, white, none, color.NRGBA{0, 0, 0, 255}, color.NRGBA{255, 255, 255, 128})))
	for at, alpha := range map[image.Point]uint8{{10, 5}: 255, {80, 5}: 0, {10, 25}: 0, {80, 25}: 128} {
		if got := got.NRGBAAt(at.X, at.Y).A; absOf(got, alpha) > 1 {
			t.Errorf("stretched: at %v the opacity is %d, want %d", at, got, alpha)
		}
	}
}

// TestMaskGround: around the shape there is mask-bg, else nothing, or white where
// the format has no transparency.
func TestMaskGround(t *testing.T) {
	half := color.NRGBA{220, 30, 30, 128}
	for _, c := range []struct {
		query           string
		picture         color.NRGBA
		inside, outside color.NRGBA
	}{
		{"", red, red, none},
		{"mask-bg=00f", red, red, color.NRGBA{0, 0, 255, 255}},
		{"mask-bg=800000ff", red, red, color.NRGBA{0, 0, 255, 128}},
		{"mask-bg=00f", half, half, color.NRGBA{0, 0, 255, 255}}, // what is transparent in the picture stays so
		{"fm=jpg", red, red, white},
		{"fm=jpg&bg=0f0", red, red, white},
		{"fm=jpg&bg=fff", half, color.NRGBA{237, 142, 142, 255}, white},
		{"fm=jpg&mask-bg=00f", red, red, color.NRGBA{0, 0, 255, 255}},
		{"fm=jpg&mask-bg=800000ff", red, red, color.NRGBA{127, 127, 255, 255}},
	} {
		got := shown(t, "mask=ellipse&"+c.query, pngOf(t, paper(160, 160, c.picture)))
		near(t, c.query+" inside", got, 80, 80, c.inside, 3)
		near(t, c.query+" outside", got, 1, 1, c.outside, 3)
	}
	// No seam shines through where the two meet.
	got := shown(t, "mask=ellipse&mask-bg=dc1e1e", pngOf(t, paper(64, 64, red)))
	for y := range 64 {
		for x := range 64 {
			near(t, "red around red", got, x, y, red, 1)
		}
	}
}
