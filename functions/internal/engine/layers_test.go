package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/tooltest"
)

// layered makes a PNG of a picture and of what a query lays upon it, in the order
// of [options.Values.Layers].
func layered(t testing.TB, query string, originals ...[]byte) (Variant, error) {
	t.Helper()
	return layeredWithin(t, DefaultLimits, query, originals...)
}

func layeredWithin(t testing.TB, limits Limits, query string, originals ...[]byte) (Variant, error) {
	t.Helper()
	o, err := options.FromQuery("fm=png&"+query, "")
	if err != nil {
		t.Fatal(err)
	}
	return runPipe(t, Job{Options: o.String(), Limits: limits}, originals...)
}

// where returns what part of a picture is more like one colour than like
// another.
func where(img *image.NRGBA, c, other color.NRGBA) (r image.Rectangle) {
	far := func(a, b color.NRGBA) float64 {
		return math.Abs(float64(a.R)-float64(b.R)) + math.Abs(float64(a.G)-float64(b.G)) + math.Abs(float64(a.B)-float64(b.B))
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if p := img.NRGBAAt(x, y); far(p, c) < far(p, other) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// TestPlaces lays a red layer of 40×20 px upon 200×100 white ones.
func TestPlaces(t *testing.T) {
	picture, red40 := pngOf(t, paper(200, 100, white)), pngOf(t, paper(40, 20, red))
	for query, want := range map[string]image.Rectangle{
		"mark=m":                                                                image.Rect(155, 75, 195, 95),
		"mark=m&mark-pad=0":                                                     image.Rect(160, 80, 200, 100),
		"mark=m&mark-align=top,left":                                            image.Rect(5, 5, 45, 25),
		"mark=m&mark-align=top":                                                 image.Rect(155, 5, 195, 25),
		"mark=m&mark-align=middle,center":                                       image.Rect(80, 40, 120, 60),
		"mark=m&mark-align=left,bottom&mark-pad=10":                             image.Rect(10, 70, 50, 90),
		"mark=m&mark-x=7":                                                       image.Rect(7, 75, 47, 95),
		"mark=m&mark-x=-10&mark-y=-5":                                           image.Rect(0, 0, 30, 15),
		"mark=m&mark-x=190&mark-y=95":                                           image.Rect(190, 95, 200, 100),
		"mark=m&mark-x=200&mark-y=0":                                            {},
		"mark=m&mark-x=-40&mark-y=0":                                            {},
		"mark=m&mark-w=20":                                                      image.Rect(175, 85, 195, 95),
		"mark=m&mark-w=0.5":                                                     image.Rect(175, 85, 195, 95),
		"mark=m&mark-h=40&mark-pad=0":                                           image.Rect(120, 60, 200, 100),
		"mark=m&mark-h=0.5&mark-fit=max":                                        image.Rect(175, 85, 195, 95),
		"mark=m&mark-w=80&mark-fit=max":                                         image.Rect(155, 75, 195, 95),
		"mark=m&mark-w=30&mark-h=30&mark-fit=crop":                              image.Rect(165, 65, 195, 95),
		"mark=m&mark-w=30&mark-h=30&mark-fit=scale":                             image.Rect(165, 65, 195, 95),
		"mark=m&mark-w=30&mark-h=30&mark-pad=0":                                 image.Rect(170, 85, 200, 100),
		"mark=m&mark-w=20&mark-h=20&mark-fit=fill":                              image.Rect(175, 80, 195, 90),
		"mark=m&mark-scale=50&mark-pad=0":                                       image.Rect(100, 50, 200, 100),
		"mark=m&mark-scale=0":                                                   image.Rect(194, 94, 195, 95),
		"mark=m&mark-scale=50&mark-w=20":                                        image.Rect(175, 85, 195, 95),
		"mark=m&mark-rot=90":                                                    image.Rect(175, 55, 195, 95),
		"mark=m&mark-if-min-width=200":                                          image.Rect(155, 75, 195, 95),
		"mark=m&mark-if-min-width=201":                                          {},
		"mark=m&mark-if-min-height=100":                                         image.Rect(155, 75, 195, 95),
		"mark=m&mark-if-min-height=101":                                         {},
		"mark=m&mark-alpha=0":                                                   {},
		"mark=m&w=100&dpr=2&mark-w=30&mark-x=4&mark-y=3":                        image.Rect(8, 6, 68, 36),
		"mark=m&w=100&dpr=2&mark-w=10":                                          image.Rect(170, 80, 190, 90),
		"blend=b.png&blend-mode=normal":                                         image.Rect(80, 40, 120, 60),
		"blend=b.png&blend-mode=normal&blend-align=bottom,right&blend-pad=5":    image.Rect(155, 75, 195, 95),
		"blend=b.png&blend-mode=normal&blend-align=top":                         image.Rect(80, 0, 120, 20),
		"blend=b.png&blend-mode=normal&blend-x=3&blend-y=4":                     image.Rect(3, 4, 43, 24),
		"blend=b.png&blend-mode=normal&blend-w=80":                              image.Rect(60, 30, 140, 70),
		"blend=b.png&blend-mode=normal&blend-w=80&blend-fit=max":                image.Rect(80, 40, 120, 60),
		"blend=b.png&blend-mode=normal&blend-w=60&blend-h=60&blend-fit=crop":    image.Rect(70, 20, 130, 80),
		"blend=b.png&blend-mode=normal&blend-w=60&blend-h=60&blend-fit=clamp":   image.Rect(70, 20, 130, 80),
		"blend=b.png&blend-mode=normal&blend-w=60&blend-h=60":                   image.Rect(70, 35, 130, 65),
		"blend=b.png&blend-mode=normal&blend-w=300&blend-h=300&blend-fit=scale": image.Rect(0, 0, 200, 100),
		"blend=b.png&blend-mode=normal&blend-alpha=0":                           {},
		"blend=b.png&blend-mode=normal&blend-size=inherit&w=150":                image.Rect(0, 0, 150, 75),
		"blend=b.png&blend-mode=normal&blend-size=inherit&w=80&h=90&fit=crop":   image.Rect(0, 0, 80, 90),
	} {
		if got := where(shown(t, query, picture, red40), red, white); got != want {
			t.Errorf("%s: the layer lies at %v, want %v", query, got, want)
		}
	}
}

// TestTiles: a mark is repeated in both directions, with the padding between.
func TestTiles(t *testing.T) {
	got := shown(t, "mark=m&mark-tile=grid&mark-pad=3&mark-w=20", pngOf(t, paper(100, 70, white)), pngOf(t, paper(40, 20, red)))
	for y := range 70 {
		for x := range 100 {
			want := white
			if (x-3+23)%23 < 20 && (y-3+13)%13 < 10 { // the first at the top left, behind the padding
				want = red
			}
			near(t, "tiles", got, x, y, want, 0)
		}
	}
	// Tiles go around the place of the one.
	got = shown(t, "mark=m&mark-tile=grid&mark-pad=0&mark-align=middle,center", pngOf(t, paper(100, 70, white)), pngOf(t, quarters(20, 10)))
	near(t, "left of the middle", got, 41, 31, red, 0)
	near(t, "right of the middle", got, 58, 38, yellow, 0)
	near(t, "next to it", got, 61, 31, red, 0)
}

// TestTurnedMark: it grows to hold its corners, and turns counter-clockwise.
func TestTurnedMark(t *testing.T) {
	picture := pngOf(t, paper(100, 100, white))
	got := shown(t, "mark=m&mark-rot=90&mark-x=0&mark-y=0", picture, pngOf(t, quarters(40, 20)))
	for at, want := range map[image.Point]color.NRGBA{{5, 10}: green, {15, 10}: yellow, {5, 30}: red, {15, 30}: blue} {
		near(t, "by 90°", got, at.X, at.Y, want, 0)
	}
	got = shown(t, "mark=m&mark-rot=45&mark-x=0&mark-y=0", picture, pngOf(t, paper(40, 40, red)))
	if r := where(got, red, white); r.Dx() < 55 || r.Dx() > 58 || r.Dy() < 55 || r.Dy() > 58 { // 40·√2
		t.Errorf("a square of 40 px, turned by 45°, lies at %v", r)
	}
	near(t, "its middle", got, 28, 28, red, 0)
	near(t, "its corner", got, 4, 4, white, 0)
}

// The colour of transparent pixels must not show at a layer's edges, however it
// is resized and turned. Where resizing overshoots, red may be a little redder.
func TestLayerHasNoFringes(t *testing.T) {
	star := paper(90, 90, color.NRGBA{0, 255, 0, 0})
	for y := range 90 {
		for x := range 90 {
			if math.Hypot(float64(x)-44.5, float64(y)-44.5) < 30+10*math.Sin(float64(x)) {
				star.SetNRGBA(x, y, red)
			}
		}
	}
	for _, query := range []string{"mark=m&mark-w=37", "mark=m&mark-w=150", "mark=m&mark-rot=33", "blend=m.png&blend-mode=normal&blend-w=41"} {
		got := shown(t, query, pngOf(t, paper(200, 200, red)), pngOf(t, star))
		for i := 0; i < len(got.Pix); i += 4 {
			if p := color.NRGBA(got.NRGBAAt(i/4%200, i/800)); p.R < red.R-3 || max(absOf(p.G, red.G), absOf(p.B, red.B)) > 6 || p.A != 255 {
				t.Fatalf("%s: red upon red is %v", query, p)
			}
		}
	}
}

func absOf(a, b uint8) int { return abs(int(a) - int(b)) }

// Layers meet every frame of an animation, and one that moves stands still.
func TestLayersOfAnimation(t *testing.T) {
	animation := gifOf(t, paper(60, 40, green), paper(60, 40, blue), paper(60, 40, yellow))
	v, err := layered(t, "fm=gif&mark=m&mark-pad=0&blend=b.png&blend-mode=normal&blend-align=top,left&mask=corners&mask-bg=fff&corner-radius=10", animation,
		gifOf(t, paper(10, 10, white), paper(10, 10, red)), gifOf(t, paper(20, 10, red), paper(20, 10, blue)))
	if err != nil {
		t.Fatal(err)
	}
	if v.Frames != 3 {
		t.Fatalf("%d frames, want 3", v.Frames)
	}
	got := pixels(t, v.Body)
	for i, c := range []color.NRGBA{green, blue, yellow} {
		near(t, "the picture", got, 30, 40*i+20, c, 12)
		near(t, "the mark", got, 50, 40*i+35, red, 12)
		near(t, "the blend", got, 8, 40*i+8, white, 12)
		near(t, "the mask", got, 0, 40*i+39, white, 12)
	}
}

// A layer is read as any original: upright, in sRGB, and within the limits.
func TestLayerIsAnOriginal(t *testing.T) {
	picture := pngOf(t, paper(100, 100, white))
	got := shown(t, "mark=m&mark-x=0&mark-y=0", picture, withEXIF(jpegOf(t, quarters(40, 20)), 6))
	for at, want := range map[image.Point]color.NRGBA{{5, 10}: blue, {15, 10}: red, {5, 30}: yellow, {15, 30}: green} {
		near(t, "turned by EXIF", got, at.X, at.Y, want, 12)
	}
	grey := image.NewGray16(image.Rect(0, 0, 10, 10))
	draw.Draw(grey, grey.Rect, image.NewUniform(color.Gray16{0x8080}), image.Point{}, draw.Src)
	near(t, "grey of 16 bits", shown(t, "mark=m&mark-x=0&mark-y=0", picture, pngOf(t, grey)), 5, 5, color.NRGBA{128, 128, 128, 255}, 1)
	cmyk := tagged(t, paper(16, 16, blue), "cmyk")
	near(t, "CMYK", shown(t, "mark=m&mark-x=0&mark-y=0", picture, cmyk), 5, 5, shown(t, "", cmyk).NRGBAAt(5, 5), 1)
	near(t, "upon 1 px", shown(t, "mark=m&blend=b.png&blend-mode=normal", pngOf(t, paper(1, 1, white)), pngOf(t, paper(3, 3, red)), pngOf(t, paper(3, 3, blue))), 0, 0, red, 0)

	for what, c := range map[string]struct {
		layer []byte
		code  problem.Code
	}{
		"cut off":    {pngOf(t, noise(100, 100))[:20_000], problem.BrokenImage},
		"no image":   {[]byte("<!doctype html>"), problem.UnsupportedFormat},
		"empty":      {nil, problem.UnsupportedFormat},
		"an SVG":     {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`), problem.UnsupportedFormat},
		"many bytes": {jpegHeader(65_500, 65_500), problem.TooManyPixels},
	} {
		for _, query := range []string{"mark=x", "blend=x.png", "mask=x"} {
			_, err := layered(t, query, picture, c.layer)
			if p := problem.Of(err); p.Code != c.code || !strings.HasPrefix(p.Detail, query[:4]) {
				t.Errorf("%s that is %s: %v, want %s", query, what, err, c.code)
			}
		}
	}
}

// The worker may not be told of more or fewer originals than the options name.
func TestCountOfOriginals(t *testing.T) {
	picture := pngOf(t, paper(10, 10, white))
	for query, originals := range map[string][][]byte{"w=5": {picture, picture}, "mark=m": {picture}, "mark=m&w=5": {picture, picture, picture}, "w=4": nil} {
		if _, err := layered(t, query, originals...); problem.Of(err).Code != problem.Internal {
			t.Errorf("%s with %d originals: %v", query, len(originals), err)
		}
	}
	if v, err := layered(t, "mask=ellipse&blend=f00&w=5", picture); err != nil || v.Width != 5 {
		t.Errorf("options that name none: %v", err)
	}
	order := slices.Collect(func(yield func(string) bool) {
		o, _ := options.FromQuery("mark=m&mask=k&blend=b.png", "")
		for _, l := range o.Values().Layers() {
			yield(l.Option + "=" + l.Key)
		}
	})
	if want := []string{"blend=b.png", "mask=k", "mark=m"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
}

// What layers need is counted with the rest, before any of their pixels is
// decoded.
func TestMemoryOfLayers(t *testing.T) {
	picture := pngOf(t, quarters(1000, 1000))
	avif := variantOf(t, "fm=avif", picture).Body
	for _, c := range []struct {
		query  string
		layers [][]byte
		want   int // MiB: 20 for the worker, 3.8 for 1,000,000 pixels and their opacity
	}{
		{"mark=m", [][]byte{picture}, 23},
		{"mark=m&w=100&h=100", [][]byte{picture}, 20}, // only what lies upon the picture
		{"mark=m&mark-w=10", [][]byte{avif}, 37},      // which is decoded whole
		{"mark=m&blend=b.png&mask=k", [][]byte{picture, picture, picture}, 34},
		{"mask=k", [][]byte{pngOf(t, quarters(1, 1))}, 26}, // as large as the picture, of which 2.9 are held
	} {
		run := func(memory int) error {
			limits := DefaultLimits
			limits.Memory = memory
			_, err := layeredWithin(t, limits, c.query, append([][]byte{picture}, c.layers...)...)
			return err
		}
		if err := run(c.want); err != nil {
			t.Errorf("%s with %d MiB: %v", c.query, c.want, err)
		}
		if err := run(c.want - 1); code(err) != problem.TooExpensive || told(err) != c.want {
			t.Errorf("%s with %d MiB: %v, want %s of %d", c.query, c.want-1, err, problem.TooExpensive, c.want)
		}
	}
}

// jpegHeader is a JPEG of which there is nothing but its size.
func jpegHeader(w, h int) []byte {
	var b bytes.Buffer
	b.Write([]byte{0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 1, 1, 0x11, 0})
	b.Write([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0})
	return b.Bytes()
}

// A layer is shaped as a picture is by the same options, faces and all.
func TestLayerIsShapedAsAPicture(t *testing.T) {
	face, err := fs.ReadFile(sample.Originals(), "astronaut.jpg")
	if err != nil {
		t.Fatal(err)
	}
	ground := pngOf(t, paper(120, 200, white))
	for layer, picture := range map[string]string{
		"blend-w=90&blend-h=180&blend-fit=crop":                  "w=90&h=180&fit=crop",
		"blend-w=90&blend-h=180&blend-fit=crop&blend-crop=right": "w=90&h=180&fit=crop&crop=right",
		"blend-w=90&blend-h=180&blend-fit=crop&blend-crop=faces": "w=90&h=180&fit=crop&crop=faces",
		"blend-w=90&blend-h=180&blend-fit=clamp":                 "w=90&h=180&fit=clamp",
		"blend-w=90&blend-h=180":                                 "w=90&h=180",
		"w=60&h=100&fit=crop&crop=left&blend-size=inherit":       "w=60&h=100&fit=crop&crop=left",
	} {
		want := shown(t, picture, face)
		got := shown(t, "blend=f.jpg&blend-mode=normal&blend-align=top,left&"+layer, ground, face)
		if d := difference(got, want); max(d[0], d[1], d[2], d[3]) > 0.02 {
			t.Errorf("%s differs from %s by %.2f", layer, picture, d)
		}
	}
}

// TestMarkAgreesWithSharp resizes a detailed mark by sharp, and lays it by the
// formula.
func TestMarkAgreesWithSharp(t *testing.T) {
	below, above := scene(300, 200), holes(scene(600, 400))
	file := filepath.Join(t.TempDir(), "mark.png")
	if err := os.WriteFile(file, pngOf(t, above), 0o600); err != nil {
		t.Fatal(err)
	}
	questions := []any{
		map[string]any{"file": file, "steps": []any{[]any{"resize", map[string]any{"width": 150, "fastShrinkOnLoad": false}}}},
	}
	var answers []struct {
		Width, Height int
		Pixels        []byte
	}
	tooltest.Node(t, "testdata/oracle.mjs", questions, &answers)
	resized := &image.NRGBA{Pix: answers[0].Pixels, Stride: 4 * answers[0].Width, Rect: image.Rect(0, 0, answers[0].Width, answers[0].Height)}
	want := image.NewNRGBA(below.Rect)
	for y := range 200 {
		for x := range 300 {
			s := resized.NRGBAAt(x-20, y-30)
			want.SetNRGBA(x, y, composed(below.NRGBAAt(x, y), s, modesBySpec["normal"]))
		}
	}
	got := shown(t, "mark=m&mark-w=150&mark-x=20&mark-y=30", pngOf(t, below), pngOf(t, above))
	if d := difference(got, want); max(d[0], d[1], d[2], d[3]) > maxDifference {
		t.Errorf("the mark differs from sharp's by %.2f", d)
	} else {
		t.Logf("the mark differs from sharp's by %.2f", d)
	}
}

func TestLayersLeakNothing(t *testing.T) {
	photo, holed, moving := jpegOf(t, noise(48, 32)), pngOf(t, quarters(32, 32, red, none, blue, yellow)), gifOf(t, quarters(16, 16), quarters(16, 16, blue, red, red, blue))
	originals := [][]byte{photo, holed, moving, photo[:len(photo)/2], []byte("GIF")}
	for _, query := range []string{
		"mark=m&mark-w=9", "mark=m&mark-tile=grid&mark-rot=30&mark-alpha=50", "mask=m", "mask=m&mask-bg=red", "blend=m.png&blend-mode=hue", "blend=m.png&blend-mode=burn&blend-w=9",
		"mark=m&mark-x=-99", "mark=m&mark-if-min-width=99",
	} {
		for _, picture := range originals {
			for _, layer := range originals {
				layered(t, query, picture, layer)
			}
		}
	}
	for mode := range modesBySpec {
		for _, query := range []string{"blend=red&mask=ellipse&blend-mode=" + mode, "blend=80ff0000&mask=corners&mask-bg=blue&blend-mode=" + mode} {
			for _, picture := range originals {
				layered(t, query, picture)
			}
		}
	}
	holdsNothing(t)
}
