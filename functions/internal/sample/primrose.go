package sample

import (
	"image"
	"math"
)

// DrawPrimrose draws a primrose, size pixels square, on nothing. It is open
// by a share from 0, a bud, to 1.
func DrawPrimrose(size int, open float64) *image.NRGBA {
	return draw(size, size, func(x, y float64) rgba { return primroseAt(x, y, open) })
}

// primroseAt is the flower's colour at a point: five petals in the shape of
// hearts, which overlap in turn.
func primroseAt(x, y, open float64) rgba {
	const fifth = 2 * math.Pi / 5
	reach := 0.30 + 0.66*open
	r, angle := math.Hypot(x, y)/reach, math.Atan2(y, x)+(1-open)*1.3+math.Pi/2
	if r < 0.11 {
		return mix(throat, eye, smooth(0.02, 0.11, r))
	}
	petal := math.Round(angle / fifth)
	for _, i := range []float64{petal + 1, petal, petal - 1} {
		off := angle - i*fifth
		if c := petalAt(r*math.Cos(off), r*math.Sin(off), r); c.a > 0 {
			return c
		}
	}
	return rgba{}
}

// petalAt is the colour of a petal that points along u, at a distance r from
// the middle of the flower.
func petalAt(u, v, r float64) rgba {
	if u < 0 || u > 1 {
		return rgba{}
	}
	notch := 0.13 * math.Exp(-(v*v)/0.006)
	half := 0.53 * math.Pow(u, 0.9) * math.Sqrt(math.Max(0, 1-math.Pow(u/0.99, 7)))
	if math.Abs(v) > half || u > 0.99-notch {
		return rgba{}
	}
	side := v / math.Max(half, 0.01)
	color := mix(petalYellow, petalPale, smooth(0.2, 0.95, u))
	color = mix(color, petalShade, 0.55*smooth(0.45, 1, math.Abs(side)))
	color = mix(color, petalShade, 0.35*math.Exp(-(v*v)/0.0005)*(1-u))
	star := 0.36 + 0.10*math.Cos(math.Pi*side)
	return mix(color, eye, 0.9*(1-smooth(star*0.75, star, r)))
}

var (
	petalPale   = rgba{255, 247, 196, 1}
	petalYellow = rgba{252, 228, 120, 1}
	petalShade  = rgba{226, 190, 84, 1}
	eye         = rgba{243, 156, 18, 1}
	throat      = rgba{132, 150, 44, 1}
)
