package colorspace

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

func colorOf(hex string) (c color.NRGBA) {
	fmt.Sscanf(hex, "%02x%02x%02x%02x", &c.A, &c.R, &c.G, &c.B)
	return c
}

// Colours in the spaces, as CSS' specification and its tests have them.
func TestSpaces(t *testing.T) {
	for _, c := range []struct {
		space, srgb string
		want        Color
		off         float64
	}{
		{"linear", "ff808080", Color{0.21586, 0.21586, 0.21586}, 1e-5},
		{"oklab", "ffff0000", Color{0.62796, 0.22486, 0.12585}, 1e-4},
		{"oklab", "ff00ff00", Color{0.86644, -0.23389, 0.17950}, 1e-4},
		{"oklab", "ffffffff", Color{1, 0, 0}, 1e-4},
		{"hsl", "ffff0000", Color{0, 1, 0.5}, 1e-9},
		{"hsl", "ff008000", Color{120, 1, 128.0 / 510}, 1e-9},
		{"hsl", "ff4080c0", Color{210, 0.50393, 0.50196}, 1e-4},
		{"lch", "ffff0000", Color{53.241, 104.552, 39.999}, 0.02},
		{"lch", "ff0000ff", Color{32.297, 133.808, 306.285}, 0.02},
		{"lch", "ffffffff", Color{100, 0, 0}, 400}, // white has no hue
	} {
		got := spaces[c.space].from(Of(colorOf(c.srgb)))
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > c.off {
				t.Errorf("%s in %s is %.4f, want %.4f", c.srgb, c.space, got, c.want)
				break
			}
		}
	}
	for name, s := range spaces { // there and back
		for _, hex := range []string{"ff000000", "ffffffff", "ff123456", "fffedcba", "ff00ff80", "ff7f7f7f", "ff0000ff"} {
			want := colorOf(hex)
			if got := s.to(s.from(Of(want))).NRGBA(255); got != want {
				t.Errorf("%s comes back from %s as %v", hex, name, got)
			}
		}
	}
}

// Half way between two colours.
func TestMix(t *testing.T) {
	for _, c := range []struct{ space, a, b, want string }{
		{"srgb", "ff000000", "ffffffff", "ff808080"},
		{"linear", "ff000000", "ffffffff", "ffbcbcbc"},
		{"oklab", "ff000000", "ffffffff", "ff636363"},
		{"lch", "ff000000", "ffffffff", "ff777777"},
		{"hsl", "ffff0000", "ff00ff00", "ffffff00"},
		{"hsl", "ffff0000", "ff0000ff", "ffff00ff"},  // by the shorter way
		{"hsl", "ff808080", "ff0000ff", "ff4040bf"},  // grey has no hue to begin with
		{"srgb", "00ff0000", "ff0000ff", "800000ff"}, // what is transparent has no colour
		{"srgb", "80ff0000", "ff0000ff", "c05500aa"},
		{"oklab", "00ffffff", "00000000", "00000000"},
	} {
		got, want := Mix(colorOf(c.a), colorOf(c.b), 0.5, c.space), colorOf(c.want)
		far := func(a, b uint8) bool { return max(a, b)-min(a, b) > 1 }
		if far(got.A, want.A) || far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
			t.Errorf("between %s and %s lies %v in %s, want %v", c.a, c.b, got, c.space, want)
		}
	}
}
