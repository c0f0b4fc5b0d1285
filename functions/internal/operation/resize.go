package operation

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"strings"

	"primrose/functions/internal/magick"
)

// The defaults of resize.
const (
	defaultWidth      = 100 // px, if height is absent too
	defaultQuality    = 0.8
	defaultFormat     = "jpg"
	defaultFilter     = "Lagrange"
	defaultSharpening = 0.2
	defaultExtension  = "png"
)

// resize fits an image into a box, keeping its ratio, and returns it in
// base64. It enlarges too.
func (s Service) resize(ctx context.Context, e event) (any, error) {
	image, err := e.image("resize")
	if err != nil {
		return nil, err
	}
	program, err := e.resizing()
	if err != nil {
		return nil, err
	}
	return s.encoded(ctx, program, image)
}

// resizing is the program that the fields of a resize event stand for. The
// caller's own arguments come last.
func (e event) resizing() (*magick.Program, error) {
	args := []string{"-resize", e.box()}
	kind := strings.ToLower(or(e.Format, defaultFormat))
	isJPEG := kind == "jpg" || kind == "jpeg"
	if isJPEG || kind == "png" {
		q := or(e.Quality, defaultQuality)
		if !(0 <= q && q <= 1) {
			return nil, bad(`the field "quality" is %g; it must be from 0 to 1`, q)
		}
		args = append(args, "-quality", strconv.Itoa(max(1, int(math.Round(q*100)))))
	}
	if e.Colorspace != "" {
		args = append(args, "-colorspace", e.Colorspace)
	}
	program, err := magick.Parse(append(args, e.CustomArgs...))
	if err != nil {
		return nil, err
	}
	program.Progressive = isJPEG && e.Progressive
	return program, cmp.Or(
		program.SetFormat(cmp.Or(e.OutputExtension, defaultExtension)),
		program.SetFilter(or(e.Filter, defaultFilter)),
		program.SetSharpening(or(e.Sharpening, defaultSharpening)),
	)
}

// box is the geometry of width and height.
func (e event) box() string {
	switch {
	case e.Width == 0 && e.Height == 0:
		return strconv.Itoa(defaultWidth)
	case e.Height == 0:
		return e.Width.String()
	case e.Width == 0:
		return "x" + e.Height.String()
	}
	return e.Width.String() + "x" + e.Height.String()
}

// or returns what a field holds, or its default.
func or[T any](field *T, absent T) T {
	if field == nil {
		return absent
	}
	return *field
}
