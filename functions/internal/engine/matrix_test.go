package engine

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"testing"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/icc"
	"primrose/functions/internal/vips"
)

// storedAs returns what is seen as the picture where it has an EXIF orientation,
// by the words of CIPA DC-008: where the 0th row and the 0th column are seen.
func storedAs(img *image.NRGBA, orientation int) *image.NRGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	seen := func(row, column int) image.Point {
		return map[int]image.Point{
			1: {column, row},                 // top, left
			2: {w - 1 - column, row},         // top, right
			3: {w - 1 - column, h - 1 - row}, // bottom, right
			4: {column, h - 1 - row},         // bottom, left
			5: {row, column},                 // left, top
			6: {w - 1 - row, column},         // right, top
			7: {w - 1 - row, h - 1 - column}, // right, bottom
			8: {row, h - 1 - column},         // left, bottom
		}[orientation]
	}
	stored := image.NewNRGBA(image.Rect(0, 0, w, h))
	if orientation > 4 {
		stored = image.NewNRGBA(image.Rect(0, 0, h, w))
	}
	for row := range stored.Rect.Dy() {
		for column := range stored.Rect.Dx() {
			p := seen(row, column)
			stored.SetNRGBA(column, row, img.NRGBAAt(p.X, p.Y))
		}
	}
	return stored
}

// Whatever is asked, it is done to the picture as it is seen, however that is
// stored.
func TestEveryOrientation(t *testing.T) {
	img := paper(130, 90, white)
	draw.Draw(img, image.Rect(13, 7, 113, 77), scene(100, 70), image.Point{}, draw.Src)
	queries := []string{
		"", "w=60", "w=0.5&h=0.25&fit=scale", "rect=20,10,60,40", "rect=right,bottom,0.5,30&w=50", "rect=0.1,top,full,0.5&w=200",
		"trim=color", "trim=color&trim-color=white&trim-pad=3&w=70", "trim=auto&w=50&h=50&fit=crop&crop=left",
		"rot=30&w=80", "rot=30&rot-type=pivot&w=80", "flip=h&w=80", "w=80&h=80&fit=fill&fill=blur",
		"w=40&h=60&fit=crop&crop=focalpoint&fp-x=0.2&fp-y=0.9&fp-z=1.7", "w=200&h=40&fit=crop&crop=bottom",
	}
	for _, fit := range []string{"clip", "crop", "clamp", "facearea", "fill", "fillmax", "max", "min", "scale"} {
		queries = append(queries, "w=50&h=60&fit="+fit, "w=150&h=190&fit="+fit)
	}
	for _, crop := range []string{"top", "bottom", "left", "right", "left,top", "entropy", "attention"} {
		queries = append(queries, "w=30&h=60&fit=crop&crop="+crop)
	}
	upright := pngOf(t, img)
	for _, query := range queries {
		query = "fm=png&" + query
		want := pixels(t, queried(t, query, upright).Body)
		for orientation := 2; orientation <= 8; orientation++ {
			got := pixels(t, queried(t, fmt.Sprintf("%s&orient=%d", query, orientation), pngOf(t, storedAs(img, orientation))).Body)
			if got.Rect != want.Rect {
				t.Errorf("%s, orientation %d: %v, want %v", query, orientation, got.Rect.Max, want.Rect.Max)
			} else if d := difference(got, want); slices.Max(d[:]) > 0.5 {
				t.Errorf("%s, orientation %d: differs by %.2f", query, orientation, d)
			}
		}
	}
	// By the original's own word it is the same.
	want := pixels(t, queried(t, "fm=png&w=60&rect=20,10,60,40", jpegOf(t, img)).Body)
	for orientation := 2; orientation <= 8; orientation++ {
		original := withEXIF(jpegOf(t, storedAs(img, orientation)), orientation)
		got := pixels(t, queried(t, "fm=png&w=60&rect=20,10,60,40", original).Body)
		if d := difference(got, want); got.Rect != want.Rect || slices.Max(d[:]) > 3 {
			t.Errorf("EXIF's orientation %d: %v differs by %.2f", orientation, got.Rect.Max, d)
		}
	}
}

// Where each pixel of a rotated picture came from, by the definition.
func TestPivot(t *testing.T) {
	img := quarters(60, 40)
	for _, degrees := range []float64{10, 45, 90, 123.4, 180, 270, 359} {
		query := fmt.Sprintf("fm=png&rot=%v&rot-type=pivot", degrees)
		got := pixels(t, queried(t, query, pngOf(t, img)).Body)
		w, h := float64(got.Rect.Dx()), float64(got.Rect.Dy())
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		if math.Abs(60*math.Abs(cos)+40*math.Abs(sin)-w) > 1 || math.Abs(60*math.Abs(sin)+40*math.Abs(cos)-h) > 1 {
			t.Errorf("%s: the frame is %v", query, got.Rect.Max)
		}
		seen := 0.0
		for y := range got.Rect.Dy() {
			for x := range got.Rect.Dx() {
				across, up := float64(x)+0.5-w/2, h/2-float64(y)-0.5
				u, v := 30+across*cos+up*sin, 20-(up*cos-across*sin) // turned back clockwise
				seen += float64(got.NRGBAAt(x, y).A) / 255
				distance := func(at float64, edges ...float64) float64 {
					least := math.Inf(1)
					for _, e := range edges {
						least = min(least, math.Abs(at-e))
					}
					return least
				}
				switch inside := u > 0 && u < 60 && v > 0 && v < 40; {
				case distance(u, 0, 30, 60) < 3 || distance(v, 0, 20, 40) < 3: // where pixels mix
				case inside:
					near(t, query, got, x, y, img.NRGBAAt(int(u), int(v)), 2)
				default:
					near(t, query, got, x, y, none, 0)
				}
			}
		}
		if math.Abs(seen-60*40) > 60*40*0.01 {
			t.Errorf("%s shows %.0f pixels of 2400", query, seen)
		}
	}
}

// What is partly transparent at the edges is so in the picture's own colour.
func TestEdgesHaveNoFringes(t *testing.T) {
	disc := image.NewNRGBA(image.Rect(0, 0, 120, 120))
	for y := range 120 {
		for x := range 120 {
			cover := max(0, min(1, 50.5-math.Hypot(float64(x)-59.5, float64(y)-59.5)))
			disc.SetNRGBA(x, y, color.NRGBA{R: 240, G: 200, B: 40, A: uint8(math.Round(255 * cover))})
			if cover == 0 {
				disc.SetNRGBA(x, y, none) // black, as most programs have it
			}
		}
	}
	for _, query := range []string{"w=47", "w=333", "rot=20", "rot=20&rot-type=pivot", "w=50&h=90&fit=scale", "trim=alpha&w=31", "rect=13,13,60,60&w=41",
		"w=80&h=60&fit=fill&fill=blur", "w=80&h=60&fit=clamp", "w=60&h=60&fit=crop&crop=focalpoint&fp-x=0.1&fp-z=3", "orient=6&w=47"} {
		img := shown(t, query, pngOf(t, disc))
		partly := 0
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				switch c := img.NRGBAAt(x, y); {
				case c.A < 16: // too little to be seen, and to have a colour in 8 bits
				case abs(int(c.R)-240) > 10 || abs(int(c.G)-200) > 10 || abs(int(c.B)-40) > 10:
					t.Fatalf("%s: pixel (%d, %d) is %v", query, x, y, c)
				case c.A < 240:
					partly++
				}
			}
		}
		if partly == 0 {
			t.Errorf("%s has no soft edge", query)
		}
	}
}

// One pixel is a picture.
func TestOnePixel(t *testing.T) {
	one := paper(1, 1, red)
	for name, original := range map[string][]byte{
		"png": pngOf(t, one), "gif": gifOf(t, one), "webp": saved(t, one, "webpsave_buffer", vips.Args{"lossless": true}), "jpg": jpegOf(t, one),
	} {
		for query, want := range map[string]size{
			"": {1, 1}, "w=40": {40, 40}, "w=0.5": {1, 1}, "w=9&h=4&fit=crop": {9, 4}, "w=9&h=4&fit=crop&crop=entropy": {9, 4}, "w=9&h=4&fit=clamp": {9, 4},
			"w=9&h=4&fit=min": {1, 1}, "w=9&h=4&fit=max": {1, 1}, "w=9&h=4&fit=scale": {9, 4}, "w=8&h=4&fit=fill&fill=blur": {8, 4},
			"trim=color": {1, 1}, "trim=auto&w=3": {3, 3}, "trim=alpha&trim-pad=-1": {1, 1}, "rect=0.5,0.5,0.1,0.1": {1, 1}, "rot=45&w=8": {8, 8},
			"rot=90&rot-type=pivot": {1, 1}, "fit=crop&crop=focalpoint&fp-z=100": {1, 1}, "w=8&flip=hv&orient=5": {8, 8}, "ar=2:1&fit=crop": {1, 1},
		} {
			v := queried(t, "fm=png&"+query, original)
			img := pixels(t, v.Body)
			if v.Width != want.w || v.Height != want.h {
				t.Errorf("%s?%s is %d×%d, want %v", name, query, v.Width, v.Height, want)
			}
			near(t, name+"?"+query, img, 0, 0, red, 4)
			near(t, name+"?"+query, img, img.Rect.Dx()-1, img.Rect.Dy()-1, red, 4)
		}
	}
}

// The longest side that WebP has, and more than imgix' longest result.
func TestLongSides(t *testing.T) {
	const long = 16_383
	across := quarters(long, 4, red, green, red, green)
	down := quarters(4, long, red, red, blue, blue)
	for query, want := range map[string]size{
		"": {8192, 2}, "w=100": {100, 1}, "w=100&h=100&fit=crop&crop=right": {100, 100}, "rect=16382,0,1,4": {1, 4}, "trim=color": {8191, 4}, "h=4&fit=scale&w=300": {300, 4},
	} {
		for name, original := range map[string][]byte{"png": pngOf(t, across), "webp": saved(t, across, "webpsave_buffer", vips.Args{"lossless": true})} {
			v := queried(t, "fm=png&"+query, original)
			img := pixels(t, v.Body)
			if v.Width != want.w || v.Height != want.h {
				t.Errorf("%s?%s is %d×%d, want %v", name, query, v.Width, v.Height, want)
			}
			near(t, name+"?"+query, img, v.Width-1, v.Height-1, green, 4)
		}
	}
	for query, want := range map[string]size{"": {2, 8192}, "h=100": {1, 100}, "orient=6": {8192, 2}, "rot=90&rot-type=pivot": {8192, 2}} {
		v := queried(t, "fm=png&"+query, jpegOf(t, down))
		if v.Width != want.w || v.Height != want.h {
			t.Errorf("jpg?%s is %d×%d, want %v", query, v.Width, v.Height, want)
		}
	}
}

// profiled embeds a profile into a PNG.
func profiled(t testing.TB, data, profile []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(profile)
	z.Close()
	body := append([]byte("iCCPprofile\x00\x00"), packed.Bytes()...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	const behindHeader = 8 + 4 + 4 + 13 + 4
	return slices.Concat(data[:behindHeader], chunk, data[behindHeader:])
}

// inSRGB returns what a colour of Adobe RGB (1998) is in sRGB: by its gamma and
// its primaries, which but for green are sRGB's.
func inSRGB(c color.NRGBA) color.NRGBA {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 563.0/256) }
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	red, blue := (r-0.284881*g)/0.715119, (b-0.041162*g)/0.958838
	return colorspace.FromLinear(colorspace.Color{red, g, blue}).NRGBA(c.A)
}

// Adobe RGB, in 8 and 16 bits, with and without transparency, whatever is done.
func TestFromAdobeRGB(t *testing.T) {
	for _, c := range []color.NRGBA{{200, 100, 50, 255}, {60, 160, 90, 255}, {128, 128, 128, 255}, {60, 160, 90, 102}} {
		want := inSRGB(c)
		deep := image.NewNRGBA64(image.Rect(0, 0, 40, 30))
		draw.Draw(deep, deep.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		for name, original := range map[string][]byte{"8 bits": pngOf(t, paper(40, 30, c)), "16 bits": pngOf(t, deep)} {
			for _, query := range []string{"", "w=20", "w=80", "rot=30", "w=20&h=20&fit=fill", "trim=color&trim-color=red", "rect=3,3,20,20&orient=6"} {
				img := shown(t, query, profiled(t, original, icc.AdobeRGB))
				what := fmt.Sprintf("%v of %s, %s", c, name, query)
				near(t, what, img, img.Rect.Dx()/2, img.Rect.Dy()/2, want, 2)
			}
		}
		if want.R == c.R && want.G == c.G && want.B == c.B && c.R != c.G {
			t.Errorf("%v is the same in both", c)
		}
	}
}
