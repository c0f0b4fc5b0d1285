package engine

import "primrose/functions/internal/vips"

// colorMatrix is a change of colours: red, green and blue, from 0 to 255, each
// become a sum of all three and a constant.
type colorMatrix struct {
	rows [3][3]float64
	plus [3]float64
}

var identity = colorMatrix{rows: [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}

// then returns the change that is one after the other.
func (m colorMatrix) then(next colorMatrix) (both colorMatrix) {
	for i := range 3 {
		both.plus[i] = next.plus[i]
		for k := range 3 {
			both.plus[i] += next.rows[i][k] * m.plus[k]
			for j := range 3 {
				both.rows[i][j] += next.rows[i][k] * m.rows[k][j]
			}
		}
	}
	return both
}

// part returns a part of the change, 0 to 1: between no change and all of it.
func (m colorMatrix) part(part float64) (some colorMatrix) {
	for i := range 3 {
		some.plus[i] = part * m.plus[i]
		for j := range 3 {
			some.rows[i][j] = (1-part)*identity.rows[i][j] + part*m.rows[i][j]
		}
	}
	return some
}

// apply changes the colours of an image.
func (m colorMatrix) apply(img *vips.Image) error {
	if m == identity {
		return nil
	}
	w := &workings{}
	mixed := w.mix(w.bands(img, 0, 3), m.rows[0][:], m.rows[1][:], m.rows[2][:])
	moved := w.of(mixed, "linear", vips.Args{"a": []float64{1, 1, 1}, "b": m.plus[:]})
	return w.finish(img, w.recolored(img, moved))
}

// shaded makes all colours shades between two: dark for black, light for
// white.
func shaded(dark, light [3]float64) (m colorMatrix) {
	for i := range 3 {
		m.plus[i] = dark[i]
		for j := range 3 {
			m.rows[i][j] = (light[i] - dark[i]) / 255 * luma[j]
		}
	}
	return m
}
