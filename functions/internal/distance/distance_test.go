package distance

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every pixel is as far from what is covered as from the nearest covered pixel,
// of all of which each is tried.
func TestWiden(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range []struct{ w, h, covered int }{{1, 1, 1}, {1, 1, 0}, {40, 1, 2}, {1, 40, 2}, {30, 20, 1}, {30, 20, 60}, {30, 20, 0}} {
		mask := make([]byte, s.w*s.h)
		for range s.covered {
			mask[random.IntN(len(mask))] = 255
		}
		for _, radius := range []float64{0.5, 2, 7.3, 100} {
			got := append([]byte(nil), mask...)
			Widen(got, s.w, radius)
			for i := range got {
				nearest := math.Inf(1)
				for j, c := range mask {
					if c == 255 {
						nearest = min(nearest, math.Hypot(float64(i%s.w-j%s.w), float64(i/s.w-j/s.w)))
					}
				}
				want := math.Round(255 * max(0, min(1, 0.5+radius-nearest)))
				if math.Abs(float64(got[i])-want) > 1 {
					t.Fatalf("%+v by %v: pixel %d is %d, want %v", s, radius, i, got[i], want)
				}
			}
		}
	}
}

// An edge moves by the radius, wherever in a pixel it is, and goes on from a pixel
// to the next without a jump.
func TestSmoothEdge(t *testing.T) {
	before := 0.0
	for edge := range 256 {
		got := []byte{255, 255, byte(edge), 0, 0, 0, 0}
		Widen(got, len(got), 2)
		covered := 0.0
		for _, c := range got {
			covered += float64(c) / 255
		}
		if want := 4 + float64(edge)/255; math.Abs(covered-want) > 0.5 || covered < before || edge > 1 && covered > before+0.01 {
			t.Errorf("with an edge of %d, %v are covered (%.2f px); want about %.2f", edge, got, covered, want)
		}
		before = covered
	}
}
