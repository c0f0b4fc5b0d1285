package engine

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"primrose/functions/internal/tooltest"
	"primrose/functions/internal/vips"
)

// framed is a noisy picture of w×h px in a ground of 100×80 px.
func framed(ground color.NRGBA, x, y, w, h int) *image.NRGBA {
	img := paper(100, 80, ground)
	draw.Draw(img, image.Rect(x, y, x+w, y+h), noise(w, h), image.Point{}, draw.Src)
	return img
}

func TestTrim(t *testing.T) {
	gray := color.NRGBA{100, 110, 120, 255}
	solid := framed(gray, 30, 20, 50, 40)
	edge := image.Rect(0, 0, 100, 80)
	content := image.Rect(30, 20, 80, 60)
	dirty := framed(gray, 30, 20, 50, 40)
	for i := 0; i < 100*80; i += 7 { // noise of up to 3 in the ground, and in the picture
		dirty.Pix[4*i] += 3
	}
	ghost := framed(color.NRGBA{0, 255, 255, 20}, 30, 20, 50, 40)
	both := framed(none, 20, 10, 70, 60) // a picture in a ground in nothing
	draw.Draw(both, image.Rect(20, 10, 90, 70), image.NewUniform(gray), image.Point{}, draw.Src)
	draw.Draw(both, content, noise(50, 40), image.Point{}, draw.Src)
	dot := paper(100, 80, gray)
	dot.SetNRGBA(99, 79, red)
	for _, c := range []struct {
		name, options string
		original      *image.NRGBA
		want          image.Rectangle
	}{
		{"colour of the corner", "trim=color", solid, content},
		{"a colour", "trim-color=646e78&trim=color", solid, content},
		{"a colour that the border has not", "trim-color=ffffff&trim=color", solid, edge},
		{"one past the tolerance", "trim-color=646e78&trim-tol=2&trim=color", dirty, edge},
		{"at the tolerance", "trim-color=646e78&trim-tol=3&trim=color", dirty, content},
		{"tolerance of a line one pixel wide", "trim=color", dot, image.Rect(99, 79, 100, 80)},
		{"pad", "trim-pad=5&trim=color", solid, image.Rect(25, 15, 85, 65)},
		{"pad beyond the edge", "trim-pad=25&trim=color", solid, image.Rect(5, 0, 100, 80)},
		{"negative pad", "trim-pad=-5&trim=color", solid, image.Rect(35, 25, 75, 55)},
		{"negative pad that leaves nothing", "trim-pad=-20&trim=color", solid, edge},
		{"nothing but border", "trim=color", paper(100, 80, gray), edge},
		{"transparency", "trim=alpha", framed(none, 30, 20, 50, 40), content},
		{"opacity one past", "trim-alpha=19&trim=alpha", ghost, edge},
		{"opacity", "trim-alpha=20&trim=alpha", ghost, content},
		{"no transparency", "trim=alpha", solid, edge},
		{"colour and transparency", "trim-color=646e78&trim=color", both, content},
		{"colour unless transparency, transparent", "trim-color=646e78&trim=colorunlessalpha", both, image.Rect(20, 10, 90, 70)},
		{"colour unless transparency, opaque", "trim=colorunlessalpha", solid, content},
		{"transparent corner", "trim=color", both, image.Rect(20, 10, 90, 70)},
		{"auto", "trim=auto", solid, content},
		{"auto in noise", "trim=auto", dirty, content},
		{"auto in transparency", "trim=auto", framed(none, 30, 20, 50, 40), content},
		{"of a part", "rect=10,10,60,60&trim=color", solid, image.Rect(30, 20, 70, 60)},
		{"of a plain part", "rect=0,0,20,60&trim=color", solid, image.Rect(0, 0, 20, 60)},
	} {
		v := queried(t, "fm=png&"+c.options, pngOf(t, c.original))
		got := pixels(t, v.Body)
		if got.Rect.Size() != c.want.Size() {
			t.Errorf("%s: %v stay, want %v", c.name, got.Rect.Size(), c.want.Size())
			continue
		}
		for _, p := range []image.Point{{}, {got.Rect.Dx() - 1, got.Rect.Dy() - 1}} {
			near(t, c.name, got, p.X, p.Y, c.original.NRGBAAt(c.want.Min.X+p.X, c.want.Min.Y+p.Y), 0)
		}
	}
}

// By how much lines may differ from the outermost, and vary within.
func TestTrimAuto(t *testing.T) {
	ramp := image.NewNRGBA(image.Rect(0, 0, 100, 80)) // each row is 2 lighter than the one above
	for y := range 80 {
		draw.Draw(ramp, image.Rect(0, y, 100, y+1), image.NewUniform(color.NRGBA{uint8(2 * y), 50, 50, 255}), image.Point{}, draw.Src)
	}
	striped := paper(100, 80, red) // every row deviates by 8 from its mean
	for i := 0; i < 100*80; i += 2 {
		striped.Pix[4*i] += 16
	}
	draw.Draw(striped, image.Rect(40, 40, 60, 60), image.NewUniform(white), image.Point{}, draw.Src)
	for _, c := range []struct {
		options  string
		original *image.NRGBA
		w, h     int
	}{
		{"trim-md=11&trim-sd=100&trim=auto", ramp, 100, 80 - 6 - 6},
		{"trim-md=4&trim-sd=100&trim=auto", ramp, 100, 80 - 3 - 3},
		{"trim-md=255&trim-sd=8&trim=auto", striped, 20, 20},
		{"trim-md=255&trim-sd=7.9&trim=auto", striped, 20, 80},
	} {
		if v := queried(t, "fm=png&"+c.options, pngOf(t, c.original)); v.Width != c.w || v.Height != c.h {
			t.Errorf("%s leaves %d×%d, want %d×%d", c.options, v.Width, v.Height, c.w, c.h)
		}
	}
}

// The corner and the border are those of the image as seen, and an animation
// keeps what any of its frames shows.
func TestTrimOfOthers(t *testing.T) {
	stored := paper(80, 100, yellow)
	draw.Draw(stored, image.Rect(10, 20, 40, 90), image.NewUniform(blue), image.Point{}, draw.Src)
	draw.Draw(stored, image.Rect(0, 0, 10, 10), image.NewUniform(red), image.Point{}, draw.Src)
	for orientation, want := range map[int]size{
		1: {80, 100},                          // begins with red, which is no border
		3: {40, 90}, 6: {90, 40}, 8: {90, 40}, // begin with yellow
	} {
		v := queried(t, "fm=png&trim-tol=60&trim=color", withEXIF(jpegOf(t, stored), orientation))
		if abs(v.Width-want.w) > 1 || abs(v.Height-want.h) > 1 {
			t.Errorf("orientation %d: %d×%d stay, want %v", orientation, v.Width, v.Height, want)
		}
	}

	left, right := paper(60, 40, white), paper(60, 40, white)
	draw.Draw(left, image.Rect(10, 10, 20, 20), image.NewUniform(red), image.Point{}, draw.Src)
	draw.Draw(right, image.Rect(30, 15, 50, 30), image.NewUniform(blue), image.Point{}, draw.Src)
	if v := queried(t, "trim=color", gifOf(t, left, right)); v.Width != 40 || v.Height != 20 || v.Frames != 2 {
		t.Errorf("of an animation stay %d frames of %d×%d, want 2 of 40×20", v.Frames, v.Width, v.Height)
	}
}

// Trimming comes before everything else, and decides on all of the pixels even
// where a decoder would shrink them.
func TestTrimThenResize(t *testing.T) {
	img := paper(800, 600, white)
	draw.Draw(img, image.Rect(208, 112, 608, 416), scene(400, 304), image.Point{}, draw.Src)
	for name, original := range map[string][]byte{
		"png": pngOf(t, img), "jpg": jpegOf(t, img), "webp": saved(t, img, "webpsave_buffer", vips.Args{"lossless": true}),
	} {
		got := pixels(t, queried(t, "fm=png&trim-tol=60&trim=color&w=100", original).Body)
		want := pixels(t, queried(t, "fm=png&w=100", pngOf(t, scene(400, 304))).Body)
		if got.Rect != want.Rect {
			t.Errorf("%s: %v come out, want %v", name, got.Rect, want.Rect)
			continue
		}
		if d := difference(got, want); max(d[0], d[1], d[2]) > maxDifference+1 {
			t.Errorf("%s: trimmed and resized it differs by %.2f", name, d)
		}
	}
}

// sharp finds the same border.
func TestTrimAgreesWithSharp(t *testing.T) {
	img := framed(color.NRGBA{100, 110, 120, 255}, 13, 27, 71, 31)
	path := t.TempDir() + "/framed.png"
	write(t, path, pngOf(t, img))
	var answers []struct{ Width, Height int }
	tooltest.Node(t, "testdata/oracle.mjs", []any{map[string]any{"file": path, "steps": []any{[]any{"trim", map[string]any{"threshold": 10, "lineArt": true}}}}}, &answers)
	v := queried(t, "fm=png&trim-tol=10&trim=color", pngOf(t, img))
	if fmt.Sprint(v.Width, v.Height) != fmt.Sprint(answers[0].Width, answers[0].Height) {
		t.Errorf("%d×%d stay; with sharp, %d×%d", v.Width, v.Height, answers[0].Width, answers[0].Height)
	}
}
