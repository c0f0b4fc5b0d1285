package engine

import (
	"bytes"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// twoFrames is an animation of 3×2 px in grey, and its two frames.
func twoFrames(t *testing.T, first, second []byte, to format.Format) *frames {
	t.Helper()
	img, err := vips.FromPixels(append(bytes.Clone(first), second...), 3, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if err := img.Set("page-height", 2); err != nil {
		t.Fatal(err)
	}
	f, err := (&original{info: Info{Frames: 2}}).split(img, timeline{frames: []int{0, 1}, delays: []int{50, 50}})
	if err != nil {
		t.Fatal(err)
	}
	if !to.Animates() {
		f.images[1].Close()
		f.images, f.timeline.frames = f.images[:1], f.timeline.frames[:1]
	}
	t.Cleanup(f.close)
	return f
}

func parsed(t *testing.T, args string, to format.Format) *magick.Program {
	t.Helper()
	p, err := magick.Parse(strings.Fields(args))
	if err != nil {
		t.Fatal(err)
	}
	p.Format = to
	return p
}

// Each frame of an animation is edited by itself.
func TestEditAnimation(t *testing.T) {
	tests := []struct {
		args       string
		format     format.Format
		pageHeight int
		want       []byte
	}{
		{"-flip", format.GIF, 2, []byte{4, 5, 6, 1, 2, 3, 14, 15, 16, 11, 12, 13}},
		{"-rotate 90", format.WebP, 3, []byte{4, 1, 5, 2, 6, 3, 14, 11, 15, 12, 16, 13}},
		{"-crop 1x1+1+1", format.GIF, 1, []byte{5, 15}},
		{"-crop 1x1+1+1", format.PNG, 1, []byte{5}},
	}
	for _, test := range tests {
		f := twoFrames(t, []byte{1, 2, 3, 4, 5, 6}, []byte{11, 12, 13, 14, 15, 16}, test.format)
		if err := f.each([]step{edit(parsed(t, test.args, test.format), 100)}, &frame{}); err != nil {
			t.Fatal(err)
		}
		img, err := f.join()
		if err != nil {
			t.Fatal(err)
		}
		defer img.Close()
		got, err := img.Pixels()
		if err != nil {
			t.Fatal(err)
		}
		if img.PageHeight() != test.pageHeight || !bytes.Equal(got, test.want) {
			t.Errorf("%s for %s: %v with a page height of %d, want %v with %d", test.args, test.format, got, img.PageHeight(), test.want, test.pageHeight)
		}
	}
}

// The limit of pixels is of all frames together.
func TestProgramLimitsAnimations(t *testing.T) {
	moving := gifOf(t, quarters(3, 2), quarters(3, 2, blue, red, red, blue))
	for _, test := range []struct {
		args   []string
		pixels int64
		code   problem.Code
	}{
		{[]string{"-flip"}, 2 * 6, ""},
		{[]string{"-flip"}, 2*6 - 1, problem.TooManyPixels},
		{[]string{"-resize", "6x4!"}, 2 * 24, ""},
		{[]string{"-resize", "6x4!"}, 2*24 - 1, problem.TooManyPixels},
	} {
		program, err := magick.Parse(test.args)
		if err != nil {
			t.Fatal(err)
		}
		program.Format = format.GIF
		limits := DefaultLimits
		limits.VariantPixels = test.pixels
		_, err = runPipe(t, Job{Program: program, Limits: limits}, moving)
		if code(err) != test.code {
			t.Errorf("two frames by %v with at most %d: %v, want %q", test.args, test.pixels, err, test.code)
		}
	}
}
