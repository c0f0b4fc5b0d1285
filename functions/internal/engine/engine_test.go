package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

var tested *Engine

func TestMain(m *testing.M) {
	lib, err := vips.Find()
	fonts, missing := vips.FindFonts()
	if err = errors.Join(err, missing); err == nil {
		tested, err = New(lib, fonts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// runPipe does a job on originals that come through pipes, as in the worker.
func runPipe(t testing.TB, job Job, originals ...[]byte) (Variant, error) {
	t.Helper()
	if job.Limits == (Limits{}) {
		job.Limits = DefaultLimits
	}
	var pipes []*os.File
	for _, original := range originals {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		go func() {
			w.Write(original) // fails once the engine has had enough
			w.Close()
		}()
		pipes = append(pipes, r)
	}
	return tested.Run(job, pipes...)
}

func variantOf(t testing.TB, options string, original []byte) Variant {
	t.Helper()
	v, err := runPipe(t, Job{Options: options}, original)
	if err != nil {
		t.Fatalf("%s: %v", options, err)
	}
	return v
}

// pixels decodes an image by libvips, all frames below each other, to sRGB
// with alpha.
func pixels(t testing.TB, encoded []byte) *image.NRGBA {
	t.Helper()
	loader := strings.Replace(loaders[format.Sniff(encoded)], "_source", "_buffer", 1)
	args := vips.Args{"buffer": encoded, "fail_on": "warning"}
	if format.Sniff(encoded).Animates() {
		args["n"] = -1
	}
	img, err := vips.New(loader, args)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	for _, key := range []string{"exif-data", "xmp-data", "iptc-data", "icc-profile-data"} {
		if img.Has(key) {
			t.Errorf("a %s variant holds %s", format.Sniff(encoded), key)
		}
	}
	if img.Interpretation() != "srgb" {
		if err := img.Apply("colourspace", vips.Args{"space": "srgb"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := addAlpha(img); err != nil {
		t.Fatal(err)
	}
	data, err := img.Pixels()
	if err != nil {
		t.Fatal(err)
	}
	return &image.NRGBA{Pix: data, Stride: 4 * img.Width(), Rect: image.Rect(0, 0, img.Width(), img.Height())}
}

// near fails unless the pixel is the colour, give or take what a lossy format
// may change.
func near(t testing.TB, what string, img *image.NRGBA, x, y int, want color.NRGBA, tolerance int) {
	t.Helper()
	got := img.NRGBAAt(x, y)
	far := func(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) > float64(tolerance) }
	if far(got.A, want.A) || want.A > 0 && (far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B)) {
		t.Errorf("%s: pixel (%d, %d) is %v, want %v", what, x, y, got, want)
	}
}

var (
	red    = color.NRGBA{220, 30, 30, 255}
	green  = color.NRGBA{30, 180, 30, 255}
	blue   = color.NRGBA{30, 30, 220, 255}
	yellow = color.NRGBA{230, 220, 40, 255}
	white  = color.NRGBA{255, 255, 255, 255}
	none   = color.NRGBA{}
)

// quarters is a picture that shows how it is turned: red and green above,
// blue and yellow below.
func quarters(w, h int, c ...color.NRGBA) *image.NRGBA {
	if c == nil {
		c = []color.NRGBA{red, green, blue, yellow}
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, c[2*(2*y/h)+2*x/w])
		}
	}
	return img
}

// paper is a picture of one colour.
func paper(w, h int, c color.NRGBA) *image.NRGBA { return quarters(w, h, c, c, c, c) }

// corners checks quarters of which the colours are given in reading order.
func corners(t testing.TB, what string, img *image.NRGBA, c ...color.NRGBA) {
	t.Helper()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for i, want := range c {
		near(t, what, img, w/4+(i%2)*w/2, h/4+(i/2)*h/2, want, 12)
	}
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf makes an animation that shows its frames 50, 60, 70 … ms and loops 3
// times.
func gifOf(t testing.TB, frames ...image.Image) []byte {
	t.Helper()
	g := gif.GIF{LoopCount: 2}
	for i, frame := range frames {
		p := image.NewPaletted(frame.Bounds(), color.Palette{color.Transparent, red, green, blue, yellow, white})
		for y := range frame.Bounds().Dy() {
			for x := range frame.Bounds().Dx() {
				p.Set(x, y, frame.At(x, y))
			}
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, p), append(g.Delay, 5+i), append(g.Disposal, gif.DisposalBackground)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise is a picture that compresses badly, so that cutting its file cuts
// pixels off.
func noise(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	state := uint32(1)
	for i := range img.Pix {
		state = state*1664525 + 1013904223
		img.Pix[i] = uint8(state >> 24)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// saved encodes an image by libvips itself, in formats that Go can't write, after
// some of its operations.
func saved(t testing.TB, img *image.NRGBA, saver string, args vips.Args, operations ...operation) []byte {
	t.Helper()
	made, err := vips.FromPixels(img.Pix, img.Rect.Dx(), img.Rect.Dy(), 4)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	if err := chain(made, operations...); err != nil {
		t.Fatal(err)
	}
	data, err := made.Save(saver, args)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func code(err error) problem.Code {
	if err == nil {
		return ""
	}
	return problem.Of(err).Code
}

func TestEveryFormatToEveryFormat(t *testing.T) {
	img := quarters(64, 64)
	originals := map[format.Format][]byte{
		format.JPEG: jpegOf(t, img),
		format.PNG:  pngOf(t, img),
		format.GIF:  gifOf(t, img),
		format.WebP: saved(t, img, "webpsave_buffer", vips.Args{"lossless": true}),
		format.AVIF: saved(t, img, "heifsave_buffer", vips.Args{"compression": "av1", "Q": 90, "effort": 0}),
		format.TIFF: saved(t, img, "tiffsave_buffer", nil),
		format.SVG: []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><path d="M0 0h32v32h-32z" fill="#dc1e1e"/>` +
			`<path d="M32 0h32v32h-32z" fill="#1eb41e"/><path d="M0 32h32v32h-32z" fill="#1e1edc"/><path d="M32 32h32v32h-32z" fill="#e6dc28"/></svg>`),
	}
	limits := DefaultLimits
	limits.TIFF, limits.SVG = true, true
	for from, original := range originals {
		for _, to := range []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF, ""} {
			options := "w=32"
			if to != "" {
				options = "fm=" + string(to) + ",w=32"
			}
			v, err := runPipe(t, Job{Options: options, Limits: limits}, original)
			if err != nil {
				t.Errorf("%s to %s: %v", from, to, err)
				continue
			}
			want := to
			if to == "" {
				want = map[format.Format]format.Format{format.TIFF: format.PNG, format.SVG: format.PNG}[from]
				if want == "" {
					want = from
				}
			}
			if v.Format != want || format.Sniff(v.Body) != want || v.Width != 32 || v.Height != 32 || v.Frames != 1 {
				t.Errorf("%s to %q: %s %d×%d with %d frames, sniffed %s", from, to, v.Format, v.Width, v.Height, v.Frames, format.Sniff(v.Body))
			}
			corners(t, fmt.Sprintf("%s to %s", from, want), pixels(t, v.Body), red, green, blue, yellow)
		}
	}
}

func TestAutoChoosesFormat(t *testing.T) {
	still := pngOf(t, quarters(16, 16, red, none, blue, yellow))
	moving := gifOf(t, quarters(16, 16), quarters(16, 16, blue, red, red, blue))
	for _, c := range []struct {
		options  string
		original []byte
		want     format.Format
		frames   int
	}{
		{"auto=avif_webp", still, format.AVIF, 1},
		{"auto=webp", still, format.WebP, 1},
		{"auto=compress", still, format.PNG, 1},
		{"auto=avif,fm=gif", still, format.AVIF, 1}, // fm is for viewers that accept neither
		{"auto=avif,fm=gif", moving, format.GIF, 2},
		{"auto=avif_webp", moving, format.WebP, 2},
		{"auto=avif", moving, format.GIF, 2},
		{"fm=avif", moving, format.AVIF, 1},
		{"fm=jpg", moving, format.JPEG, 1},
		{"fm=webp", moving, format.WebP, 2},
	} {
		v := variantOf(t, c.options, c.original)
		if v.Format != c.want || v.Frames != c.frames {
			t.Errorf("%s: %s with %d frames, want %s with %d", c.options, v.Format, v.Frames, c.want, c.frames)
		}
		if c.frames == 1 && c.want.HasAlpha() && bytes.Equal(c.original, still) {
			near(t, c.options, pixels(t, v.Body), 12, 4, none, 8)
		}
	}
}

// All eight orientations show the same picture, also of a part and turned by
// the option instead of by the original.
func TestOrientation(t *testing.T) {
	// The stored picture that is seen as red green / blue yellow.
	stored := map[int][]color.NRGBA{
		1: {red, green, blue, yellow},
		2: {green, red, yellow, blue},
		3: {yellow, blue, green, red},
		4: {blue, yellow, red, green},
		5: {red, blue, green, yellow},
		6: {green, yellow, red, blue},
		7: {yellow, green, blue, red},
		8: {blue, red, yellow, green},
	}
	for orientation, c := range stored {
		w, h := 96, 64
		if orientation > 4 {
			w, h = h, w
		}
		plain := jpegOf(t, quarters(w, h, c...))
		tagged := withEXIF(plain, orientation)
		what := fmt.Sprintf("orientation %d", orientation)

		v := variantOf(t, "w=48", tagged)
		if v.Width != 48 || v.Height != 32 {
			t.Errorf("%s: %d×%d, want 48×32", what, v.Width, v.Height)
		}
		corners(t, what, pixels(t, v.Body), red, green, blue, yellow)
		part := variantOf(t, "rect=48_0_48_32", tagged)
		if part.Width != 48 || part.Height != 32 {
			t.Errorf("%s: the part is %d×%d, want 48×32", what, part.Width, part.Height)
		}
		corners(t, what+" of a part", pixels(t, part.Body), green, green, green, green)
		if orientation != 1 {
			v = variantOf(t, fmt.Sprintf("fm=png,orient=%d", orientation), plain)
			corners(t, what+" by option", pixels(t, v.Body), red, green, blue, yellow)
		}
	}
}

// withEXIF puts an EXIF segment with an orientation and a GPS position's
// beginning into a JPEG.
func withEXIF(data []byte, orientation int) []byte {
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(orientation)) + "\x00\x00" +
		"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + "\x00\x00\x00\x00" +
		"\x00\x01\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00\x00\x00\x00\x00"
	segment := []byte{0xff, 0xe1, 0, byte(len(exif) + 2)}
	return append(append(append([]byte{}, data[:2]...), append(segment, exif...)...), data[2:]...)
}

func TestSteps(t *testing.T) {
	photo := jpegOf(t, quarters(96, 64))
	holed := pngOf(t, quarters(64, 64, red, none, blue, yellow))
	for _, c := range []struct {
		name, options string
		original      []byte
		w, h          int
		want          []color.NRGBA
	}{
		{"crop to the left", "crop=left,fit=crop,fm=png,h=64,w=48", photo, 48, 64, []color.NRGBA{red, red, blue, blue}},
		{"crop to the right, shrunk", "crop=right,fit=crop,fm=png,h=32,w=24", photo, 24, 32, []color.NRGBA{green, green, yellow, yellow}},
		{"flip", "flip=h", photo, 96, 64, []color.NRGBA{green, red, yellow, blue}},
		{"flip both", "flip=hv", photo, 96, 64, []color.NRGBA{yellow, blue, green, red}},
		{"rotate a quarter, counter-clockwise", "fm=png,rot=90", jpegOf(t, quarters(64, 64)), 64, 64, []color.NRGBA{green, yellow, red, blue}},
		{"rotate a half", "fm=png,rot=180", photo, 96, 64, []color.NRGBA{yellow, blue, green, red}},
		{"rotate within the frame", "fm=png,rot=90", photo, 96, 64, []color.NRGBA{green, yellow, red, blue}},
		{"flatten on white", "fm=jpg", holed, 64, 64, []color.NRGBA{red, white, blue, yellow}},
		{"flatten on a colour", "bg=1eb41e,fm=jpg", holed, 64, 64, []color.NRGBA{red, green, blue, yellow}},
		{"flatten where it need not be", "bg=1eb41e", holed, 64, 64, []color.NRGBA{red, green, blue, yellow}},
		{"flatten on half of black", "bg=80000000", holed, 64, 64, []color.NRGBA{red, {0, 0, 0, 128}, blue, yellow}},
		{"flatten on half of black without transparency", "bg=80000000,fm=jpg", holed, 64, 64, []color.NRGBA{red, {127, 127, 127, 255}, blue, yellow}},
		{"keep transparency", "w=32", holed, 32, 32, []color.NRGBA{red, none, blue, yellow}},
		{"scale", "fit=scale,fm=png,h=96,w=32", photo, 32, 96, []color.NRGBA{red, green, blue, yellow}},
		{"scale alpha", "fit=scale,fm=png,h=100,w=20", holed, 20, 100, []color.NRGBA{red, none, blue, yellow}},
		{"enlarge", "w=300", photo, 300, 200, []color.NRGBA{red, green, blue, yellow}},
		{"blur leaves the middles", "blur=20", photo, 96, 64, []color.NRGBA{red, green, blue, yellow}},
		{"sharpen leaves the middles", "fm=png,sharp=80", photo, 96, 64, []color.NRGBA{red, green, blue, yellow}},
		{"sharpen alpha", "sharp=80", holed, 64, 64, []color.NRGBA{red, none, blue, yellow}},
	} {
		v := variantOf(t, c.options, c.original)
		img := pixels(t, v.Body)
		if v.Width != c.w || v.Height != c.h || img.Rect.Dx() != c.w || img.Rect.Dy() != c.h {
			t.Errorf("%s: %d×%d decoded as %v, want %d×%d", c.name, v.Width, v.Height, img.Rect, c.w, c.h)
			continue
		}
		corners(t, c.name, img, c.want...)
	}
}

func TestCanvas(t *testing.T) {
	photo := jpegOf(t, quarters(96, 64)) // 48×32 in a box of 48, so 8 px are left above and below
	for _, c := range []struct {
		name, options string
		edge          color.NRGBA
	}{
		{"fill without transparency", "fit=fill,h=48,w=48", white},
		{"fill with transparency", "fit=fill,fm=png,h=48,w=48", none},
		{"fill with a colour", "bg=1e1edc,fit=fill,fm=webp,h=48,w=48", blue},
		{"fill with half of a colour", "bg=801e1edc,fit=fill,fm=png,h=48,w=48", color.NRGBA{30, 30, 220, 128}},
		{"clamp", "fit=clamp,fm=png,h=48,w=48", red},
	} {
		v := variantOf(t, c.options, photo)
		img := pixels(t, v.Body)
		if v.Width != 48 || v.Height != 48 {
			t.Fatalf("%s: %d×%d", c.name, v.Width, v.Height)
		}
		near(t, c.name, img, 12, 3, c.edge, 12)
		near(t, c.name, img, 12, 16, red, 12)
		near(t, c.name, img, 36, 30, yellow, 12)
	}
}

// The colour that transparent pixels have, though nobody sees it, does not
// bleed into their neighbours.
func TestTransparencyHoldsNoColor(t *testing.T) {
	original := pngOf(t, quarters(64, 64, red, color.NRGBA{0, 255, 255, 0}, color.NRGBA{0, 255, 255, 0}, red))
	for _, options := range []string{"w=31", "w=200", "blur=20", "rot=10"} {
		img := pixels(t, variantOf(t, options, original).Body)
		mixed := 0
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				c := img.NRGBAAt(x, y)
				if c.A > 40 && c.A < 215 {
					mixed++
				}
				if c.A > 40 && (c.R < red.R-12 || c.G > red.G+12) {
					t.Fatalf("%s: pixel (%d, %d) is %v", options, x, y, c)
				}
			}
		}
		if mixed == 0 {
			t.Errorf("%s mixed no pixels", options)
		}
	}
}

// A blur is as wide as its number says, however it is computed.
func TestBlurWidth(t *testing.T) {
	edge := quarters(400, 40, none, white, none, white)
	for i := range edge.Pix {
		if i%4 == 3 {
			edge.Pix[i] = 255
		}
	}
	for _, n := range []int{40, 80, 90, 400} { // 4, 8, 9 and 40 px: all but 4 are computed shrunk
		img := pixels(t, variantOf(t, fmt.Sprintf("blur=%d,fm=png", n), pngOf(t, edge)).Body)
		sigma := float64(n) * blurUnit
		for _, x := range []float64{-1, -0.5, 0, 0.5, 1} { // in sigmas from the edge
			at := math.Floor(x * sigma)
			want := 255 / 2.0 * (1 + math.Erf((at+0.5)/sigma/math.Sqrt2))
			if got := float64(img.NRGBAAt(200+int(at), 20).G); math.Abs(got-want) > 4 {
				t.Errorf("blur=%d: %v sigmas from the edge it is %v, want %.0f", n, x, got, want)
			}
		}
	}
}

// What is plain has nothing to blur: it stays as light as it is.
func TestBlurKeepsLightness(t *testing.T) {
	gray := color.NRGBA{200, 200, 200, 255}
	plain := pngOf(t, paper(64, 64, gray))
	for _, n := range []int{5, 9, 10, 20, 40, 50, 100} {
		img := pixels(t, variantOf(t, fmt.Sprintf("blur=%d,fm=png", n), plain).Body)
		if got := img.NRGBAAt(32, 32); got != gray {
			t.Errorf("blur=%d turns %v into %v", n, gray, got)
		}
	}
}

func TestSharpenRaisesEdges(t *testing.T) {
	gray := color.NRGBA{120, 120, 120, 255}
	light := color.NRGBA{180, 180, 180, 255}
	original := pngOf(t, quarters(64, 64, gray, light, gray, light))
	img := pixels(t, variantOf(t, "sharp=100", original).Body)
	if dark, bright := img.NRGBAAt(31, 32).G, img.NRGBAAt(32, 32).G; dark >= 120 || bright <= 180 {
		t.Errorf("beside the edge it is %d and %d, want less than 120 and more than 180", dark, bright)
	}
}

// The eye goes to the one red spot, and so does the information.
func TestSmartCrop(t *testing.T) {
	for _, crop := range []string{"attention", "entropy"} {
		for _, w := range []int{60, 400} { // shrinking and enlarging
			img := image.NewNRGBA(image.Rect(0, 0, 300, 100))
			for i := range img.Pix {
				img.Pix[i] = 255
			}
			spot := noise(40, 40)
			for y := range 40 {
				for x := range 40 {
					c := spot.NRGBAAt(x, y)
					img.SetNRGBA(230+x, 30+y, color.NRGBA{200 + c.R/6, c.G / 6, c.B / 6, 255})
				}
			}
			v := variantOf(t, fmt.Sprintf("crop=%s,fit=crop,fm=png,h=%d,w=%d", crop, w, w), pngOf(t, img))
			if v.Width != w || v.Height != w {
				t.Errorf("%s: %d×%d, want %d×%d", crop, v.Width, v.Height, w, w)
			}
			red := 0
			out := pixels(t, v.Body)
			for y := range w {
				for x := range w {
					if c := out.NRGBAAt(x, y); c.R > 150 && c.G < 100 {
						red++
					}
				}
			}
			if share := float64(red) / float64(w*w); share < 0.12 { // all of it is 0.16
				t.Errorf("crop=%s,w=%d: %.2f of the result is the spot", crop, w, share)
			}
		}
	}
}

func TestAnimation(t *testing.T) {
	still := quarters(40, 20, red, none, blue, yellow)
	turned := quarters(40, 20, green, blue, red, none)
	third := quarters(40, 20)
	original := gifOf(t, still, turned, third)
	for _, options := range []string{"w=20", "fm=webp,w=20", "crop=entropy,fit=crop,h=10,w=18", "fit=fill,h=20,w=20", "bg=1eb41e,rot=180",
		"rot=30,rot-type=pivot", "fill=blur,fit=fill,h=30,w=20", "fill=gradient,fit=fill,h=30,w=20", "transparency=grid", "trim=color", "orient=6,w=30"} {
		v := variantOf(t, options, original)
		if v.Frames != 3 {
			t.Fatalf("%s: %d frames", options, v.Frames)
		}
		loader := strings.Replace(loaders[v.Format], "_source", "_buffer", 1)
		img, err := vips.New(loader, vips.Args{"buffer": v.Body, "n": -1})
		if err != nil {
			t.Fatal(err)
		}
		delays, _ := img.Ints("delay")
		loop, _ := img.Int("loop")
		if fmt.Sprint(delays) != "[50 60 70]" || loop != 3 || img.PageHeight() != v.Height || img.Width() != v.Width {
			t.Errorf("%s: delays %v ms, %d loops, frames of %d×%d; want [50 60 70], 3, %d×%d",
				options, delays, loop, img.Width(), img.PageHeight(), v.Width, v.Height)
		}
		img.Close()
	}

	if v := variantOf(t, "fm=png,w=80", original); v.Width != 80 || v.Height != 40 || v.Frames != 1 {
		t.Errorf("the first frame alone, enlarged: %d frames of %d×%d", v.Frames, v.Width, v.Height)
	}

	img := pixels(t, variantOf(t, "w=20", original).Body)
	frame := func(i int) *image.NRGBA {
		part := img.SubImage(image.Rect(0, 10*i, 20, 10*i+10)).(*image.NRGBA)
		return &image.NRGBA{Pix: part.Pix, Stride: part.Stride, Rect: image.Rect(0, 0, 20, 10)}
	}
	corners(t, "first frame", frame(0), red, none, blue, yellow)
	corners(t, "second frame", frame(1), green, blue, red, none)
	corners(t, "third frame", frame(2), red, green, blue, yellow)
}

func TestColor(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 32, 32))
	for i := range 32 * 32 {
		deep.SetNRGBA64(i%32, i/32, color.NRGBA64{0x4000, 0x8000, 0xc000, 0x8000})
	}
	gray := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range gray.Pix {
		gray.Pix[i] = 100
	}
	deepGray := image.NewGray16(image.Rect(0, 0, 32, 32))
	for i := range deepGray.Pix {
		deepGray.Pix[i] = 100
	}
	patch := func(c color.NRGBA) *image.NRGBA { return paper(32, 32, c) }
	for _, c := range []struct {
		name     string
		original []byte
		want     color.NRGBA
		off      int
	}{
		{"16 bits with alpha", pngOf(t, deep), color.NRGBA{64, 128, 192, 128}, 1},
		{"grey", pngOf(t, gray), color.NRGBA{100, 100, 100, 255}, 1},
		{"grey of 16 bits", pngOf(t, deepGray), color.NRGBA{100, 100, 100, 255}, 1},
		{"grey JPEG", jpegOf(t, gray), color.NRGBA{100, 100, 100, 255}, 2},
		{"AVIF of 10 bits", saved(t, patch(red), "heifsave_buffer", vips.Args{"compression": "av1", "bitdepth": 10, "Q": 95, "effort": 0}), red, 4},
		{"wide profile", tagged(t, patch(red), "p3"), red, 4}, // 202, 52, 44 in numbers of its own
		{"CMYK with a profile", tagged(t, patch(color.NRGBA{0, 150, 200, 255}), "cmyk"), color.NRGBA{0, 150, 200, 255}, 25},
	} {
		for _, options := range []string{"fm=png", "fm=png,w=16", "fm=png,w=64"} {
			img := pixels(t, variantOf(t, options, c.original).Body)
			near(t, c.name+" "+options, img, 8, 8, c.want, c.off)
		}
	}
}

// tagged converts an sRGB picture to one of libvips' own profiles and embeds
// that.
func tagged(t testing.TB, img *image.NRGBA, profile string) []byte {
	t.Helper()
	made, err := vips.FromPixels(img.Pix, img.Rect.Dx(), img.Rect.Dy(), 4)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	for _, step := range []struct {
		name string
		args vips.Args
	}{
		{"flatten", nil},
		{"icc_transform", vips.Args{"input_profile": "srgb", "output_profile": profile}},
	} {
		if err := made.Apply(step.name, step.args); err != nil {
			t.Fatal(err)
		}
	}
	data, err := made.Save("jpegsave_buffer", vips.Args{"Q": 95})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What is cut off anywhere, or damaged, is refused whole: never is a part of
// a picture taken for the picture.
func TestBrokenOriginals(t *testing.T) {
	img := noise(120, 120)
	originals := map[format.Format][]byte{
		format.JPEG: jpegOf(t, img),
		format.PNG:  pngOf(t, img),
		format.GIF:  gifOf(t, img, img),
		format.WebP: saved(t, img, "webpsave_buffer", nil),
		format.AVIF: saved(t, img, "heifsave_buffer", vips.Args{"compression": "av1", "effort": 0}),
		format.TIFF: saved(t, img, "tiffsave_buffer", nil),
	}
	originals["animated webp"] = variantOf(t, "fm=webp", originals[format.GIF]).Body
	limits := DefaultLimits
	limits.TIFF = true
	for f, whole := range originals {
		if _, err := runPipe(t, Job{Options: "w=60", Limits: limits}, whole); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for _, options := range []string{"w=60", "fm=webp", "crop=entropy,fit=crop,h=30,w=60", "crop=bottom,fit=crop,h=10,w=60"} {
			for _, percent := range []int{1, 10, 50, 90, 99} {
				_, err := runPipe(t, Job{Options: options, Limits: limits}, whole[:max(16, len(whole)*percent/100)])
				if code(err) != problem.BrokenImage {
					t.Errorf("%s with %d %% of its bytes, %s: %v, want %s", f, percent, options, err, problem.BrokenImage)
				}
			}
		}
	}
	for _, f := range []format.Format{format.PNG, format.JPEG} { // they can tell
		damaged := bytes.Clone(originals[f])
		copy(damaged[len(damaged)/2:], make([]byte, 400))
		if _, err := runPipe(t, Job{Options: "w=60"}, damaged); code(err) != problem.BrokenImage {
			t.Errorf("%s with a damaged middle: %v, want %s", f, err, problem.BrokenImage)
		}
	}
}

func TestUnsupported(t *testing.T) {
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>`)
	tiff := saved(t, quarters(8, 8), "tiffsave_buffer", nil)
	for _, original := range [][]byte{nil, []byte("GIF"), []byte("%PDF-1.7"), []byte("<html><svg/></html>"), svg, tiff} {
		for _, options := range []string{"w=8", "fm=json"} {
			if _, err := runPipe(t, Job{Options: options}, original); code(err) != problem.UnsupportedFormat {
				t.Errorf("%.8q: %v, want %s", original, err, problem.UnsupportedFormat)
			}
		}
	}
	// What one job switches on is off for the next.
	on := DefaultLimits
	on.SVG, on.TIFF = true, true
	for _, original := range [][]byte{svg, tiff} {
		if _, err := runPipe(t, Job{Options: "w=8", Limits: on}, original); err != nil {
			t.Error(err)
		}
		if _, err := runPipe(t, Job{Options: "w=8"}, original); code(err) != problem.UnsupportedFormat {
			t.Errorf("%.8q after it was switched on once: %v", original, err)
		}
	}
	if _, err := runPipe(t, Job{Options: "w=0"}, svg); code(err) != problem.BadOption {
		t.Errorf("w=0: %v", err)
	}
}

func TestLimits(t *testing.T) {
	still := pngOf(t, quarters(40, 30))
	moving := gifOf(t, quarters(40, 30), quarters(40, 30), quarters(40, 30))
	file := func(data []byte) *os.File {
		path := t.TempDir() + "/original"
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	for _, c := range []struct {
		name     string
		original []byte
		limit    func(*Limits)
		want     problem.Code
	}{
		{"bytes at the limit", still, func(l *Limits) { l.Bytes = int64(len(still)) }, ""},
		{"bytes one past", still, func(l *Limits) { l.Bytes = int64(len(still)) - 1 }, problem.OriginalTooLarge},
		{"side at the limit", still, func(l *Limits) { l.Side = 40 }, ""},
		{"side one past", still, func(l *Limits) { l.Side = 39 }, problem.TooManyPixels},
		{"pixels at the limit", still, func(l *Limits) { l.Pixels = 1200 }, ""},
		{"pixels one past", still, func(l *Limits) { l.Pixels = 1199 }, problem.TooManyPixels},
		{"pixels of a frame at the limit", moving, func(l *Limits) { l.Pixels = 1200 }, ""},
		{"pixels of all frames at the limit", moving, func(l *Limits) { l.TotalPixels = 3600 }, ""},
		{"pixels of all frames one past", moving, func(l *Limits) { l.TotalPixels = 3599 }, problem.TooManyPixels},
		{"frames at the limit", moving, func(l *Limits) { l.Frames = 3 }, ""},
		{"frames one past", moving, func(l *Limits) { l.Frames = 2 }, problem.TooManyFrames},
	} {
		limits := DefaultLimits
		c.limit(&limits)
		for _, options := range []string{"fm=json", "w=20"} {
			if _, err := tested.Run(Job{Options: options, Limits: limits}, file(c.original)); code(err) != c.want {
				t.Errorf("%s, %s: %v, want %q", c.name, options, err, c.want)
			}
		}
	}

	limits := DefaultLimits
	limits.VariantPixels = 3600
	v, err := runPipe(t, Job{Options: "w=8000", Limits: limits}, moving)
	if err != nil || v.Width*v.Height*v.Frames > 3600 || v.Width*v.Height*v.Frames < 3300 {
		t.Errorf("the variant has %d frames of %d×%d (%v), the limit is 3600 pixels", v.Frames, v.Width, v.Height, err)
	}
}

// Loaders that can't read a pipe in one go hold at most as many bytes of it
// as an original may have.
func TestLimitOfPipes(t *testing.T) {
	original := saved(t, noise(200, 200), "webpsave_buffer", vips.Args{"lossless": true})
	limits := DefaultLimits
	limits.Bytes = int64(len(original)) + 4096
	if _, err := runPipe(t, Job{Options: "w=20", Limits: limits}, original); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	// A JPEG is read as it comes, and never held whole: its writer counts.
	photo := jpegOf(t, noise(400, 400))
	streamed := DefaultLimits
	streamed.Bytes = int64(len(photo)) / 4
	if _, err := runPipe(t, Job{Options: "w=20", Limits: streamed}, photo); err != nil {
		t.Errorf("streamed: %v", err)
	}
	limits.Bytes = int64(len(original)) / 2
	if _, err := runPipe(t, Job{Options: "w=20", Limits: limits}, original); code(err) != problem.OriginalTooLarge {
		t.Errorf("beyond the limit: %v, want %s", err, problem.OriginalTooLarge)
	}
}

func TestInfo(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, quarters(30, 20), &jpeg.Options{Quality: 83}); err != nil {
		t.Fatal(err)
	}
	photo := withEXIF(b.Bytes(), 6)
	moving := gifOf(t, quarters(40, 20, red, none, blue, yellow), quarters(40, 20))
	for _, c := range []struct {
		original []byte
		want     Info
	}{
		{photo, Info{Format: "jpg", Width: 30, Height: 20, Orientation: 6, Frames: 1, ColorSpace: "srgb", Depth: 8, Quality: 83, Bytes: int64(len(photo))}},
		{moving, Info{Format: "gif", Width: 40, Height: 20, Orientation: 1, Frames: 2, Alpha: true, ColorSpace: "srgb", Depth: 8, Bytes: int64(len(moving))}},
	} {
		v := variantOf(t, "fm=json", c.original)
		var info Info
		if err := json.Unmarshal(v.Body, &info); err != nil {
			t.Fatal(err)
		}
		if info != c.want || v.Format != format.JSON {
			t.Errorf("info is %+v, want %+v", info, c.want)
		}
	}
	// The pixels are not looked at: they may be missing.
	if v := variantOf(t, "fm=json", photo[:len(photo)-40]); !bytes.Contains(v.Body, []byte(`"width":30`)) {
		t.Errorf("info of a truncated photo is %s", v.Body)
	}
	cmyk := variantOf(t, "fm=json", tagged(t, quarters(8, 8), "cmyk"))
	if !bytes.Contains(cmyk.Body, []byte(`"colorSpace":"cmyk"`)) || !bytes.Contains(cmyk.Body, []byte(`"profile":true`)) {
		t.Errorf("info of a CMYK photo is %s", cmyk.Body)
	}
}

func TestEncoding(t *testing.T) {
	original := pngOf(t, noise(64, 64))
	size := func(options string) int { return len(variantOf(t, options, original).Body) }
	for _, f := range []string{"jpg", "webp", "avif"} {
		if small, large := size("fm="+f+",q=20"), size("fm="+f+",q=90"); small >= large {
			t.Errorf("%s: quality 20 takes %d bytes, 90 takes %d", f, small, large)
		}
		if small, large := size("auto=compress,fm="+f), size("fm="+f); small >= large {
			t.Errorf("%s: compressed it takes %d bytes, else %d", f, small, large)
		}
	}
	if small, large := size("auto=compress"), size(""); small >= large {
		t.Errorf("png: compressed it takes %d bytes, else %d", small, large)
	}
	for _, f := range []string{"webp", "avif", "png"} {
		exact := pixels(t, variantOf(t, "fm="+f+",lossless=1", original).Body)
		if !bytes.Equal(exact.Pix, noise(64, 64).Pix) {
			t.Errorf("%s: lossless is not", f)
		}
	}
	const sof2 = "\xff\xc2" // of a progressive JPEG (T.81, table B.1)
	for options, want := range map[string]bool{"fm=pjpg": true, "fm=jpg": false, "auto=compress,fm=jpg": true} {
		if got := strings.Contains(string(variantOf(t, options, original).Body), sof2); got != want {
			t.Errorf("%s: progressive is %v", options, got)
		}
	}
}

func TestProgram(t *testing.T) {
	photo := withEXIF(jpegOf(t, quarters(64, 96, green, yellow, red, blue)), 6) // seen as red green, blue yellow
	moving := gifOf(t, quarters(40, 20), quarters(40, 20, blue, red, red, blue))
	for _, c := range []struct {
		args     []string
		format   string
		original []byte
		w, h     int
		frames   int
		want     []color.NRGBA
	}{
		{nil, "png", photo, 96, 64, 1, []color.NRGBA{red, green, blue, yellow}},
		{[]string{"-resize", "50%", "-flop"}, "jpg", photo, 48, 32, 1, []color.NRGBA{green, red, yellow, blue}},
		{[]string{"-resize", "20x"}, "gif", moving, 20, 10, 2, nil},
		{[]string{"-resize", "20x"}, "png", moving, 20, 10, 1, []color.NRGBA{red, green, blue, yellow}},
	} {
		program, err := magick.Parse(c.args)
		if err != nil {
			t.Fatal(err)
		}
		if err := program.SetFormat(c.format); err != nil {
			t.Fatal(err)
		}
		v, err := runPipe(t, Job{Program: program}, c.original)
		if err != nil {
			t.Errorf("%v: %v", c.args, err)
			continue
		}
		if v.Width != c.w || v.Height != c.h || v.Frames != c.frames || string(v.Format) != c.format {
			t.Errorf("%v: %s %d×%d, %d frames", c.args, v.Format, v.Width, v.Height, v.Frames)
		}
		if c.want != nil {
			corners(t, fmt.Sprint(c.args), pixels(t, v.Body), c.want...)
		}
		if _, err := runPipe(t, Job{Program: program}, c.original[:len(c.original)*3/4]); code(err) != problem.BrokenImage {
			t.Errorf("%v of a truncated original: %v", c.args, err)
		}
	}
}

// TestNoLeaks makes hundreds of variants and refuses as many originals.
// libvips holds nothing then.
func TestNoLeaks(t *testing.T) {
	photo := withEXIF(jpegOf(t, noise(48, 32)), 6)
	holed := pngOf(t, quarters(32, 32, red, none, blue, yellow))
	moving := gifOf(t, quarters(16, 16), quarters(16, 16, blue, red, red, blue))
	originals := [][]byte{photo, holed, moving, photo[:len(photo)/2], holed[:len(holed)/2], moving[:len(moving)/2], []byte("GIF")}
	for range 30 {
		for _, original := range originals {
			for _, options := range []string{
				"w=16", "fm=json", "bg=800000ff,fit=fill,fm=webp,h=20,w=20", "crop=attention,fit=crop,h=9,w=9", "txt=SGk,txt-line=1,txt-shad=2", "blur=200,flip=hv,rot=10,sharp=5",
				"colorquant=5,cs=adobergb1998,dpi=72,fm=webp,reverse=1,skip=3",
				"fill=blur,fit=fill,h=20,trim=color,w=30", "fill=gradient,fill-gradient-type=radial,fit=fill,h=20,rot=9,rot-type=pivot,transparency=grid,trim=auto,w=30",
			} {
				runPipe(t, Job{Options: options}, original)
			}
		}
	}
	holdsNothing(t)
}

// holdsNothing fails if libvips holds anything once its own threads, which let
// go of their buffers as they end, had time for that.
func holdsNothing(t testing.TB) {
	t.Helper()
	var held vips.Usage
	for range 100 {
		if held = vips.Used(); held == (vips.Usage{}) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("after all jobs, libvips still holds %+v", held)
}

// queried makes what a query asks of an original.
func queried(t testing.TB, query string, original []byte) Variant {
	t.Helper()
	o, err := options.FromQuery(query, "")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return variantOf(t, o.String(), original)
}

// shown is what a query shows of originals, without loss.
func shown(t testing.TB, query string, originals ...[]byte) *image.NRGBA {
	t.Helper()
	v, err := layered(t, query, originals...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return pixels(t, v.Body)
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
