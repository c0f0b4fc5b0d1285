// Package palette finds the colours that a picture is made of, and tells them
// as imgix does.
package palette

import (
	"cmp"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Side is how many pixels the longer side of a picture should have: more show no
// other colours.
const Side = 256

// Palette is what a picture's colours are.
type Palette struct {
	Luminance float64 `json:"average_luminance"` // 0 to 1, of the picture
	Colors    []Color `json:"colors"`
	Dominant  named   `json:"dominant_colors"`
}

// Color is in sRGB; what it weighs of the picture isn't told.
type Color struct {
	R, G, B uint8
	weight  float64
}

// Of returns a picture's palette of so many colours, or as many as it has. What
// is transparent counts for nothing.
//
// The colours are ordered as imgix orders its own, from dark to light in a light
// picture and from light to dark in a dark one: by the largest of their channels.
func Of(picture *image.NRGBA, colors int) Palette {
	counted := count(picture)
	p := Palette{Luminance: luminance(counted), Colors: group(counted, colors), Dominant: name(group(counted, swatches))}
	slices.SortStableFunc(p.Colors, func(a, b Color) int {
		if p.Luminance < 0.5 {
			a, b = b, a
		}
		return cmp.Compare(max(a.R, a.G, a.B), max(b.R, b.G, b.B))
	})
	return p
}

// luminance is the mean of the luma of ITU-R BT.709.
func luminance(colors []Color) float64 {
	var sum, all float64
	for _, c := range colors {
		sum += c.weight * (0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)) / 255
		all += c.weight
	}
	if all == 0 {
		return 0
	}
	return decimals(sum / all)
}

// decimals keeps six of them.
func decimals(x float64) float64 { return math.Round(x*1e6) / 1e6 }

func (c Color) nrgba() color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: 255} }

// Hex returns the colour as CSS writes it.
func (c Color) Hex() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func (c Color) MarshalJSON() ([]byte, error) {
	part := func(channel uint8) float64 { return decimals(float64(channel) / 255) }
	return json.Marshal(struct {
		Red   float64 `json:"red"`
		Green float64 `json:"green"`
		Blue  float64 `json:"blue"`
		Hex   string  `json:"hex"`
	}{part(c.R), part(c.G), part(c.B), c.Hex()})
}

// CSS returns a style sheet with two classes a colour, one for what is in
// front and one for what lies behind, and the same for black and white. Their
// names begin with a prefix.
func (p Palette) CSS(prefix string) string {
	var css strings.Builder
	add := func(name string, c Color) {
		fmt.Fprintf(&css, ".%s-fg-%s { color:%s !important; }\n", prefix, name, c.Hex())
		fmt.Fprintf(&css, ".%s-bg-%s { background-color:%s !important; }\n", prefix, name, c.Hex())
	}
	for i, c := range p.Colors {
		add(fmt.Sprint(i+1), c)
	}
	extremes := []Color{{}, {R: 255, G: 255, B: 255}}
	if p.Luminance < 0.5 {
		slices.Reverse(extremes)
	}
	for i, c := range extremes {
		add(fmt.Sprint("ex-", i+1), c)
	}
	for _, n := range names {
		if c := p.Dominant[n.name]; c != nil {
			add(strings.ReplaceAll(n.name, "_", "-"), *c)
		}
	}
	return css.String()
}

// Few jobs need these, so a process does not begin with them.
var (
	prefixes = pattern(`^-?[A-Za-z_][A-Za-z0-9_-]*$`)
	sheet    = pattern(`^(\.[A-Za-z0-9_-]+ \{ (background-)?color:#[0-9a-f]{6} !important; \}\n)+$`)
)

func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// IsPrefix reports whether a class's name may begin so: it is a name in CSS, of
// ASCII's letters.
func IsPrefix(text string) bool { return prefixes().MatchString(text) }

// IsCSS reports whether a text is of the form that CSS returns, and so harmless.
func IsCSS(text []byte) bool { return sheet().Match(text) }
