package engine

import "primrose/functions/internal/options"

// sepias is what an old photo looks like (W3C's Filter Effects, sepia).
var sepias = colorMatrix{rows: [3][3]float64{{0.393, 0.769, 0.189}, {0.349, 0.686, 0.168}, {0.272, 0.534, 0.131}}}

// toning makes the picture sepia, of one colour, or of two, each on top of the
// one before.
func toning(f *frame) error {
	s := f.values.Style
	t := sepias.part(float64(s.Sepia) / 100)
	if c := s.Monochrome; c.Set {
		t = t.then(shaded([3]float64{}, primaries(c)).part(float64(c.A) / 255))
	}
	if d := s.Duotone; d.First.Set {
		t = t.then(shaded(primaries(d.First), primaries(d.Second)).part(float64(s.DuotoneAlpha) / 100))
	}
	return t.apply(f.image)
}

func primaries(c options.Color) [3]float64 { return [3]float64(rgb(c)) }
