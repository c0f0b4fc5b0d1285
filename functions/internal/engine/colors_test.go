package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"primrose/functions/internal/icc"
	"primrose/functions/internal/tooltest"
	"primrose/functions/internal/vips"
)

// Whatever samples an original has, its colours are those that sharp finds, at
// any size, with and without transparency.
func TestColorsAgreeWithSharp(t *testing.T) {
	picture := scene(120, 80)
	holed := scene(120, 80)
	for i := 3; i < len(holed.Pix); i += 4 {
		holed.Pix[i] = uint8(i / 4 % 120 * 2)
	}
	flat := operation{"flatten", nil}
	space := func(name string) operation { return operation{"colourspace", vips.Args{"space": name}} }
	toProfile := func(name string) operation {
		return operation{"icc_transform", vips.Args{"input_profile": "srgb", "output_profile": name}}
	}
	paletted := image.NewPaletted(picture.Rect, color.Palette{color.NRGBA{}, color.NRGBA{200, 30, 30, 128}, color.NRGBA{30, 200, 30, 255}, color.NRGBA{20, 20, 40, 255}})
	for y := range 80 {
		for x := range 120 {
			paletted.SetColorIndex(x, y, uint8((x/15+y/20)%4))
		}
	}
	var indexed bytes.Buffer
	if err := png.Encode(&indexed, paletted); err != nil {
		t.Fatal(err)
	}
	originals := map[string][]byte{
		"CMYK, plain":            saved(t, picture, "jpegsave_buffer", vips.Args{"Q": 95, "keep": "none"}, flat, toProfile("cmyk")),
		"CMYK, profile":          saved(t, picture, "jpegsave_buffer", vips.Args{"Q": 95}, flat, toProfile("cmyk")),
		"grey":                   saved(t, picture, "pngsave_buffer", nil, flat, space("b-w")),
		"grey, transparent":      saved(t, holed, "pngsave_buffer", nil, space("b-w")),
		"grey, 16 bits":          saved(t, holed, "pngsave_buffer", vips.Args{"bitdepth": 16}, space("grey16")),
		"16 bits":                saved(t, holed, "pngsave_buffer", vips.Args{"bitdepth": 16}, space("rgb16")),
		"P3, transparent":        saved(t, holed, "pngsave_buffer", nil, toProfile("p3")),
		"P3, WebP":               saved(t, holed, "webpsave_buffer", vips.Args{"lossless": true}, toProfile("p3")),
		"Adobe RGB, transparent": profiled(t, pngOf(t, holed), icc.AdobeRGB),
		"indexed":                indexed.Bytes(),
		"one bit":                saved(t, picture, "pngsave_buffer", vips.Args{"bitdepth": 1}, flat, space("b-w")),
	}
	type question struct {
		File  string  `json:"file"`
		Steps [][]any `json:"steps"`
	}
	var questions []question
	var names []string
	dir := t.TempDir()
	for name, original := range originals {
		write(t, dir+"/"+name, original)
		names = append(names, name, name)
		questions = append(questions, question{dir + "/" + name, [][]any{}},
			question{dir + "/" + name, [][]any{{"resize", map[string]any{"width": 50, "fastShrinkOnLoad": false}}}})
	}
	var answers []struct {
		Width, Height int
		Pixels        []byte
	}
	tooltest.Node(t, "testdata/oracle.mjs", questions, &answers)
	for i, a := range answers {
		query := []string{"fm=png", "fm=png&w=50"}[i%2]
		tolerance := []float64{0.2, 2}[i%2] // sharp follows profiles and palettes before it resizes
		got := pixels(t, queried(t, query, originals[names[i]]).Body)
		want := &image.NRGBA{Pix: a.Pixels, Stride: 4 * a.Width, Rect: image.Rect(0, 0, a.Width, a.Height)}
		if d := difference(got, want); got.Rect != want.Rect || slices.Max(d[:]) > tolerance {
			t.Errorf("%s, %s: %v differs from sharp's %v by %.2f", names[i], query, got.Rect.Max, want.Rect.Max, d)
		}
	}
}

// Of 16 bits in P3 comes back what they were made of. (sharp leaves their
// numbers as they are.)
func TestDeepP3(t *testing.T) {
	picture := scene(120, 80)
	original := saved(t, picture, "pngsave_buffer", vips.Args{"bitdepth": 16}, operation{"flatten", nil},
		operation{"icc_transform", vips.Args{"input_profile": "srgb", "output_profile": "p3", "depth": 16}})
	if d := difference(pixels(t, queried(t, "fm=png", original).Body), picture); slices.Max(d[:]) > 0.2 {
		t.Errorf("differs by %.2f", d)
	}
}
