package magick

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

func TestMain(m *testing.M) {
	path, err := vips.Find()
	if err == nil {
		err = vips.Open(path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// limit is of pixels.
const limit = 100_000_000

// apply runs arguments, separated by spaces, on pixels of 8 bits.
func apply(t *testing.T, args string, f format.Format, pixels []byte, width, height, bands int) *vips.Image {
	t.Helper()
	img, err := vips.FromPixels(pixels, width, height, bands)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(img.Close)
	p, err := Parse(strings.Fields(args))
	if err != nil {
		t.Fatal(err)
	}
	p.Format = f
	if err := p.Apply(img, limit); err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return img
}

func pixels(t *testing.T, img *vips.Image) []byte {
	t.Helper()
	if img.Format() != "uchar" {
		t.Fatalf("the samples are %s, not uchar", img.Format())
	}
	p, err := img.Pixels()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every pixel of this 3×2 image is its own, so that what moves is seen.
var six = []byte{
	1, 2, 3,
	4, 5, 6,
}

func TestApplyMovesPixels(t *testing.T) {
	tests := []struct {
		args  string
		width int
		want  []byte
	}{
		{"", 3, six},
		{"-flip", 3, []byte{4, 5, 6, 1, 2, 3}},
		{"-flop", 3, []byte{3, 2, 1, 6, 5, 4}},
		{"-rotate 90", 2, []byte{4, 1, 5, 2, 6, 3}},
		{"-rotate -90", 2, []byte{3, 6, 2, 5, 1, 4}},
		{"-rotate 180", 3, []byte{6, 5, 4, 3, 2, 1}},
		{"-rotate 360", 3, six},
		{"-rotate 90<", 3, six},
		{"-rotate 90>", 2, []byte{4, 1, 5, 2, 6, 3}},
		{"-crop 2x1+1+1", 2, []byte{5, 6}},
		{"-crop 0x0+1+1", 2, []byte{5, 6}},
		{"-crop 9x9-1-1", 3, six},
		{"-gravity east -crop 1x2+0+0", 1, []byte{3, 6}},
		{"-gravity east -crop 1x2+1+0", 1, []byte{2, 5}},
		{"-gravity southeast -crop 2x1+0+0", 2, []byte{5, 6}},
		{"-gravity center -crop 1x1+0+0", 1, []byte{5}},
		{"-gravity center -crop 1x1-1-1", 1, []byte{1}},
		{"-gravity south -crop 33%x50%+0+0", 1, []byte{5}},
		{"-flip -crop 1x1+0+0 -rotate 90", 1, []byte{4}},
		{"-resize 3x2 -blur 0x0 -sharpen 0x0 -colorspace gray -strip +repage", 3, six},
	}
	for _, test := range tests {
		img := apply(t, test.args, format.PNG, six, 3, 2, 1)
		if got := pixels(t, img); img.Width() != test.width || !bytes.Equal(got, test.want) {
			t.Errorf("%s: %v in rows of %d, want %v in rows of %d", test.args, got, img.Width(), test.want, test.width)
		}
	}
}

// board is a size×size image of one colour with a square of another inside.
func board(size int, around, inside []byte) []byte {
	var b []byte
	for y := range size {
		for x := range size {
			if x >= size/4 && x < size*3/4 && y >= size/4 && y < size*3/4 {
				b = append(b, inside...)
			} else {
				b = append(b, around...)
			}
		}
	}
	return b
}

// The colours are what ImageMagick 6.9.11 makes, give or take the rounding.
func TestApplyColors(t *testing.T) {
	red, blue := []byte{255, 0, 0}, []byte{0, 0, 255}
	clear, glass := []byte{9, 9, 9, 0}, []byte{0, 0, 255, 128}
	tests := []struct {
		args           string
		format         format.Format
		around, inside []byte
		x, y           int // of an 80×80 result, in eighths
		want           []byte
	}{
		{"-colorspace gray", format.PNG, red, blue, 0, 0, []byte{54}},
		{"-colorspace gray", format.PNG, red, blue, 4, 4, []byte{18}},
		{"-colorspace gray", format.PNG, clear, glass, 4, 4, []byte{18, 128}},
		{"-colorspace gray -colorspace srgb", format.PNG, red, blue, 4, 4, []byte{18, 18, 18}},
		{"-blur 0x3", format.PNG, red, blue, 2, 4, []byte{110, 0, 145}},
		{"-blur 0x3", format.PNG, clear, glass, 2, 4, []byte{0, 0, 255, 73}},
		{"-resize 50% -resize 200%", format.PNG, red, blue, 4, 4, []byte{0, 0, 255}},
		{"-resize 50%", format.PNG, clear, glass, 4, 4, []byte{0, 0, 255, 128}},
		{"-background lime -rotate 45 -gravity center -crop 80x80+0+0", format.PNG, red, blue, 0, 0, []byte{0, 255, 0}},
		{"-background none -rotate 45 -gravity center -crop 80x80+0+0", format.PNG, red, blue, 0, 0, []byte{0, 0, 0, 0}},
		{"-background none -rotate 45 -gravity center -crop 80x80+0+0", format.PNG, red, blue, 4, 4, []byte{0, 0, 255, 255}},
		{"-background none -rotate 45 -gravity center -crop 80x80+0+0", format.JPEG, red, blue, 0, 0, []byte{255, 255, 255}},
		{"-rotate 45 -gravity center -crop 80x80+0+0", format.PNG, clear, glass, 0, 0, []byte{255, 255, 255, 255}},
		{"", format.JPEG, clear, glass, 4, 4, []byte{127, 127, 255}},
		{"-background black", format.JPEG, clear, glass, 4, 4, []byte{0, 0, 128}},
		{"-background red -colorspace gray", format.JPEG, clear, glass, 0, 0, []byte{255, 0, 0}},
	}
	for _, test := range tests {
		img := apply(t, test.args, test.format, board(80, test.around, test.inside), 80, 80, len(test.around))
		data := pixels(t, img)
		at := (img.Height()*test.y/8*img.Width() + img.Width()*test.x/8) * img.Bands()
		got := data[at : at+img.Bands()]
		if !near(got, test.want, 2) {
			t.Errorf("%s (%d bands): at %d/8, %d/8 is %v, want %v", test.args, len(test.around), test.x, test.y, got, test.want)
		}
	}
}

// A blur leaves what is plain as it is, and turns an edge into a bell curve's
// integral of its sigma, also where the image is shrunk for it.
func TestApplyBlurs(t *testing.T) {
	gray, dark, bright := []byte{200, 200, 200}, []byte{0, 0, 0}, []byte{255, 255, 255}
	half := append(bytes.Repeat(dark, 400*200), bytes.Repeat(bright, 400*200)...)
	for _, sigma := range []int{1, 4, 5, 11, 30} { // the last three are shrunk
		args := fmt.Sprintf("-blur 0x%d", sigma)
		plain := pixels(t, apply(t, args, format.PNG, board(80, gray, gray), 80, 80, 3))
		if got := plain[(40*80+40)*3:][:3]; !bytes.Equal(got, gray) {
			t.Errorf("%s turns %v into %v", args, gray, got)
		}
		edge := pixels(t, apply(t, args, format.PNG, half, 400, 400, 3))
		for _, beside := range []int{-sigma, 0, sigma} {
			want := 255 / 2.0 * (1 + math.Erf((float64(beside)+0.5)/float64(sigma)/math.Sqrt2))
			if got := float64(edge[((200+beside)*400+200)*3]); math.Abs(got-want) > 3 {
				t.Errorf("%s: %d px from the edge it is %v, want %.0f", args, beside, got, want)
			}
		}
	}
}

func near(a, b []byte, most int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if d := int(a[i]) - int(b[i]); d > most || -d > most {
			return false
		}
	}
	return true
}

// Beside an edge, sharpening makes the dark darker and the bright brighter.
func TestApplySharpens(t *testing.T) {
	dark, bright := []byte{100, 100, 100}, []byte{150, 150, 150}
	data := pixels(t, apply(t, "-sharpen 0x1", format.PNG, board(80, dark, bright), 80, 80, 3))
	outside, inside, far := data[(40*80+19)*3], data[(40*80+20)*3], data[(40*80+5)*3]
	if !near([]byte{outside, inside, far}, []byte{87, 163, 100}, 1) {
		t.Errorf("beside the edge are %d and %d, far from it %d; want 87, 163, 100", outside, inside, far)
	}
}

func TestApplyRefuses(t *testing.T) {
	tests := []struct {
		args   string
		pixels int64 // at most
		code   problem.Code
	}{
		{"-crop 1x1+3+0", limit, problem.BadRequest},
		{"-crop 1x1-1+0", limit, problem.BadRequest},
		{"-resize 30x20", 600, ""},
		{"-resize 30x20", 599, problem.TooManyPixels},
		{"-resize 8192x8192! -resize 10000% -resize 1x1!", limit, problem.TooManyPixels},
		{"-resize 30x20 -rotate 45", 600, problem.TooManyPixels},
	}
	for _, test := range tests {
		img, err := vips.FromPixels(six, 3, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer img.Close()
		p, err := Parse(strings.Fields(test.args))
		if err != nil {
			t.Fatal(err)
		}
		p.Format = format.PNG
		if err := p.Apply(img, test.pixels); (err != nil || test.code != "") && problem.Of(err).Code != test.code {
			t.Errorf("%s with at most %d px: %v, want %s", test.args, test.pixels, err, test.code)
		}
	}
}
