// Package distance finds how far pixels are from what a mask covers.
package distance

import "math"

// Widen grows what a mask covers, by 0 to 255 of each pixel, by a radius in pixels
// to all sides alike. How much of a pixel is covered tells how far from its centre
// the edge is, so that this stays smooth, and within half a pixel of its place.
func Widen(cover []byte, width int, radius float64) {
	field := seeds(cover)
	transform(field, width, len(field)/width)
	for i, squared := range field {
		outside := math.Sqrt(float64(squared)) - radius
		cover[i] = uint8(math.Round(255 * min(1, max(0, 0.5-outside))))
	}
}

// far is the square of a distance that no picture has.
const far = 1e12

// seeds are the squares of the distances of pixels' centres from an edge that runs
// through them.
func seeds(cover []byte) []float32 {
	field := make([]float32, len(cover))
	for i, c := range cover {
		switch inside := float32(c)/255 - 0.5; {
		case c == 0:
			field[i] = far
		case inside < 0:
			field[i] = inside * inside
		}
	}
	return field
}

// transform adds to each pixel's square that of the way there from the pixel
// from which it is shortest, by columns and then by rows.
//
// P. Felzenszwalb and D. Huttenlocher, Distance Transforms of Sampled Functions,
// Theory of Computing 8 (2012), section 2.
func transform(field []float32, w, h int) {
	e := newEnvelope(max(w, h))
	for x := range w {
		e.line(field[x:], h, w)
	}
	for y := range h {
		e.line(field[y*w:], w, 1)
	}
}

// envelope is the lowest of many parabolas, from left to right.
type envelope struct {
	height []float32 // of each parabola's vertex, by its place
	vertex []int     // places of the parabolas that are the lowest somewhere
	from   []float64 // where each of them begins to be
}

func newEnvelope(n int) *envelope {
	return &envelope{make([]float32, n), make([]int, n), make([]float64, n+1)}
}

// line replaces n values that lie so far apart by the envelope of the
// parabolas that stand upon them.
func (e *envelope) line(values []float32, n, stride int) {
	for i := range n {
		e.height[i] = values[i*stride]
	}
	last := 0
	e.vertex[0], e.from[0], e.from[1] = 0, math.Inf(-1), math.Inf(1)
	for q := 1; q < n; q++ {
		at := e.meet(e.vertex[last], q)
		for at <= e.from[last] {
			last--
			at = e.meet(e.vertex[last], q)
		}
		last++
		e.vertex[last], e.from[last], e.from[last+1] = q, at, math.Inf(1)
	}
	lowest := 0
	for i := range n {
		for e.from[lowest+1] < float64(i) {
			lowest++
		}
		way := float32(i - e.vertex[lowest])
		values[i*stride] = way*way + e.height[e.vertex[lowest]]
	}
}

// meet is where two parabolas cross, of which p stands to the left of q.
func (e *envelope) meet(p, q int) float64 {
	square := func(i int) float64 { return float64(e.height[i]) + float64(i)*float64(i) }
	return (square(q) - square(p)) / float64(2*(q-p))
}
