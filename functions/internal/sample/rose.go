// Package sample holds the pictures that Primrose brings along: a small rose
// that it draws itself, and originals to try the service on.
package sample

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"slices"
	"sync"
)

// The size of the small rose in pixels: that of the picture that
// ImageMagick has built in, which callers of getSample expect.
const (
	RoseWidth  = 70
	RoseHeight = 46
)

// Rose returns a rose as PNG, 70×46 pixels. The bytes are the caller's own.
func Rose() []byte { return bytes.Clone(rose()) }

var rose = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, DrawRose(RoseWidth, RoseHeight)); err != nil {
		panic(err) // the writer and the picture are ours: it can't fail
	}
	return b.Bytes()
})

// DrawRose draws the rose in any size.
func DrawRose(width, height int) *image.NRGBA { return draw(width, height, roseAt) }

// whorl is a ring of petals around the middle of the rose.
type whorl struct {
	radius float64 // to the tips
	petals float64 // how many
	turn   float64 // radians
	depth  float64 // of the notches between petals, as a share of the radius
}

// whorls lie on each other, the last on top.
var whorls = []whorl{
	{0.86, 5, 0.30, 0.16},
	{0.72, 5, 0.95, 0.15},
	{0.585, 5, 0.20, 0.14},
	{0.46, 4, 0.80, 0.13},
	{0.345, 4, 0.10, 0.12},
	{0.24, 3, 0.70, 0.11},
	{0.15, 3, 1.60, 0.10},
}

// roseAt is the picture's colour at a point. The middle is 0, 0; the picture
// is 2 high; y points down.
func roseAt(x, y float64) rgba {
	if head := headAt(x, y); head.a > 0 {
		return head
	}
	color := gardenAt(x, y)
	for _, l := range leaves {
		color = over(color, l.at(x, y))
	}
	return mix(color, shadow, 0.75*(1-smooth(0.72, 1.12, math.Hypot(x-0.05, y-0.09))))
}

// headAt is the flower's head.
func headAt(x, y float64) rgba {
	for i, w := range slices.Backward(whorls) {
		drift := 0.10 * (1 - w.radius) // to the upper left, where the rose looks
		dx, dy := x+drift*0.6, y+drift
		r, angle := math.Hypot(dx, dy), math.Atan2(dy, dx)
		if rim := w.rim(angle); r < rim {
			return w.shade(r/rim, angle, i)
		}
	}
	return rgba{}
}

// rim is how far the whorl reaches in a direction.
func (w whorl) rim(angle float64) float64 {
	notch := math.Pow(math.Abs(math.Sin(w.petals*(angle-w.turn)/2)), 0.55)
	curl := 0.025 * math.Sin(3*angle+7*w.turn)
	return w.radius * (1 - w.depth + w.depth*notch + curl)
}

// shade is the colour of a petal at a share of the way to its rim.
func (w whorl) shade(out, angle float64, i int) rgba {
	inner := 0.75
	if i+1 < len(whorls) {
		inner = whorls[i+1].radius / w.radius
	}
	rise := math.Max(0, (out-inner*0.86)/(1-inner*0.86)) // from under the petals above to the rim
	across := math.Abs(math.Sin(w.petals * (angle - w.turn) / 2))
	light := 0.5 - 0.5*math.Cos(angle-0.9)       // it comes from the upper left
	heart := float64(i) / float64(len(whorls)-1) // 0 outside to 1 in the middle

	color := mix(deepRed, roseRed, math.Pow(rise, 0.8))
	color = mix(color, palePink, 0.60*light*math.Pow(rise, 2.2)*(0.45+0.55*across))
	color = mix(color, deepRed, 0.35*(1-light)*(1-rise*0.5))
	color = mix(color, wine, 0.42*heart)
	color = mix(color, wine, 0.55*math.Pow(1-across, 6)) // the fold between two petals
	return mix(color, rimPink, (0.35+0.5*light)*smooth(0.93, 0.99, out)*smooth(0.05, 0.4, across))
}

// leaf is a pointed ellipse.
type leaf struct {
	x, y          float64 // its middle
	length, width float64 // half of each
	turn          float64 // radians
}

var leaves = []leaf{
	{-1.00, 0.36, 0.62, 0.27, 2.75},
	{-0.92, -0.42, 0.52, 0.22, 3.75},
	{1.02, -0.32, 0.56, 0.24, -0.45},
	{0.98, 0.48, 0.60, 0.26, 0.50},
}

func (l leaf) at(x, y float64) rgba {
	sin, cos := math.Sincos(l.turn)
	along := ((x-l.x)*cos + (y-l.y)*sin) / l.length
	across := ((y-l.y)*cos - (x-l.x)*sin) / l.width
	if math.Abs(along) >= 1 {
		return rgba{}
	}
	edge := math.Pow(1-along*along, 0.8) * (1 + 0.03*math.Sin(40*along))
	if math.Abs(across) > edge {
		return rgba{}
	}
	color := mix(leafGreen, leafDark, 0.5+0.5*across/edge)
	vein := math.Abs(math.Mod(4*along-1.6*math.Abs(across)+8, 1) - 0.5)
	color = mix(color, leafLight, 0.35*(1-smooth(0.02, 0.12, vein)))
	return mix(color, leafLight, 0.7*(1-smooth(0.02, 0.09, math.Abs(across))))
}

// gardenAt is what is out of focus behind the rose.
func gardenAt(x, y float64) rgba {
	color := mix(gardenLight, gardenDark, smooth(-1.3, 1.2, y+0.35*x))
	for _, spot := range [][3]float64{{-1.2, -0.75, 0.30}, {0.75, -0.85, 0.24}, {1.35, 0.05, 0.28}, {-0.55, 0.92, 0.26}, {1.3, 0.9, 0.2}} {
		color = mix(color, gardenLight, 0.5*(1-smooth(spot[2]*0.75, spot[2], math.Hypot(x-spot[0], y-spot[1]))))
	}
	return color
}

var (
	palePink    = rgba{255, 176, 186, 1}
	rimPink     = rgba{255, 150, 160, 1}
	roseRed     = rgba{226, 40, 72, 1}
	deepRed     = rgba{120, 8, 32, 1}
	wine        = rgba{84, 4, 26, 1}
	shadow      = rgba{24, 28, 18, 1}
	leafGreen   = rgba{62, 130, 62, 1}
	leafDark    = rgba{22, 72, 40, 1}
	leafLight   = rgba{146, 190, 110, 1}
	gardenLight = rgba{172, 196, 140, 1}
	gardenDark  = rgba{44, 78, 60, 1}
)
