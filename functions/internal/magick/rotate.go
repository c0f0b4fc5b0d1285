package magick

import (
	"math"
	"strings"

	"primrose/functions/internal/vips"
)

// rotate turns the image clockwise, onto the background.
type rotate struct {
	degrees    float64 // 0 to 360
	onlyWide   bool    // >: only if wider than high
	onlyHigh   bool    // <: only if higher than wide
	background color
}

func parseRotate(s *settings, value string) error {
	r := rotate{background: s.background}
	text, negative := strings.CutPrefix(value, "-")
	text, r.onlyWide = strings.CutSuffix(text, ">")
	text, r.onlyHigh = strings.CutSuffix(text, "<")
	degrees, ok := decimal(text, 0, 360)
	if !ok || r.onlyWide && r.onlyHigh {
		return bad("-rotate %s: it must be -360 to 360 degrees, then > for wide images only or < for high ones", quote(value))
	}
	if negative {
		degrees = 360 - degrees
	}
	r.degrees = math.Mod(degrees, 360)
	return s.add(r)
}

// quarters are the turns that move pixels and make none up.
var quarters = map[float64]string{90: "d90", 180: "d180", 270: "d270"}

func (r rotate) apply(img *vips.Image, _ run) error {
	width, height := img.Width(), img.Height()
	if r.degrees == 0 || r.onlyWide && width <= height || r.onlyHigh && width >= height {
		return nil
	}
	if err := img.Render(); err != nil { // rows become columns
		return err
	}
	if angle, ok := quarters[r.degrees]; ok {
		return img.Apply("rot", vips.Args{"angle": angle})
	}
	if err := r.background.admit(img); err != nil {
		return err
	}
	return premultiplied(img, func() error {
		return img.Apply("rotate", vips.Args{"angle": r.degrees, "background": r.background.bands(img)})
	})
}
