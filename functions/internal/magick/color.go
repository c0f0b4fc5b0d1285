package magick

import (
	"encoding/hex"
	"strings"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// color is red, green, blue and opacity, each 0 to 255.
type color [4]uint8

var (
	white       = color{255, 255, 255, 255}
	transparent = color{}
)

func (c color) opaque() bool { return c[3] == 255 }

func (c color) gray() bool { return c[0] == c[1] && c[1] == c[2] }

// admit makes the image able to hold the colour: a grey one gets colours, an
// opaque one transparency.
func (c color) admit(img *vips.Image) error {
	if !c.gray() && img.Bands() < 3 {
		if err := img.Apply("colourspace", vips.Args{"space": "srgb"}); err != nil {
			return err
		}
	}
	if !c.opaque() && !img.HasAlpha() {
		return img.Apply("addalpha", nil)
	}
	return nil
}

// bands returns the colour for an image that can hold it.
func (c color) bands(img *vips.Image) []float64 {
	bands := []float64{float64(c[0]), float64(c[1]), float64(c[2])}
	if img.Bands() < 3 {
		bands = bands[:1]
	}
	if img.HasAlpha() {
		bands = append(bands, float64(c[3]))
	}
	return bands
}

func parseBackground(s *settings, value string) error {
	c, ok := parseColor(strings.ToLower(value))
	if !ok {
		return bad("-background %s: it must be a CSS colour name, none, #rgb, #rgba, #rrggbb, #rrggbbaa, "+
			"rgb(r,g,b) with 0 to 255, or rgba(r,g,b,a) with a from 0 to 1", quote(value))
	}
	s.background = c
	return nil
}

// parseColor parses a colour in lower case.
func parseColor(text string) (color, bool) {
	if digits, ok := strings.CutPrefix(text, "#"); ok {
		return parseHex(digits)
	}
	if list, ok := cutCall(text, "rgba"); ok {
		return parseChannels(list, 4)
	}
	if list, ok := cutCall(text, "rgb"); ok {
		return parseChannels(list, 3)
	}
	if text == "none" || text == "transparent" {
		return transparent, true
	}
	named, ok := options.NamedColor(text)
	return color{named.R, named.G, named.B, named.A}, ok
}

// parseHex parses 3, 4, 6 or 8 digits; opacity comes last.
func parseHex(digits string) (color, bool) {
	if len(digits) == 3 || len(digits) == 4 {
		doubled := ""
		for _, digit := range digits {
			doubled += string(digit) + string(digit)
		}
		digits = doubled
	}
	c := white
	if len(digits) != 6 && len(digits) != 8 {
		return c, false
	}
	_, err := hex.Decode(c[:], []byte(digits))
	return c, err == nil
}

// cutCall returns what stands in the parentheses of a function.
func cutCall(text, name string) (string, bool) {
	inner, ok := strings.CutPrefix(text, name+"(")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(inner, ")")
}

// parseChannels parses n channels separated by commas.
func parseChannels(list string, n int) (color, bool) {
	c := white
	channels := strings.Split(list, ",")
	if len(channels) != n {
		return c, false
	}
	for i, channel := range channels {
		most, scale := 255.0, 1.0
		if i == 3 {
			most, scale = 1, 255
		}
		value, ok := decimal(strings.TrimSpace(channel), 0, most)
		if !ok {
			return c, false
		}
		c[i] = uint8(round(value * scale))
	}
	return c, true
}
