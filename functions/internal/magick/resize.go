package magick

import (
	"strings"

	"primrose/functions/internal/vips"
)

// maxResize is the longest side, in px, that -resize may name. An original's
// percentage may be longer, within the limit of pixels.
const maxResize = 8192

// resize makes the image as large as its geometry says.
type resize struct{ geometry }

func parseResize(s *settings, value string) error {
	g, ok := parseGeometry(value)
	empty := g.width == 0 && g.height == 0
	long := !g.percent && !g.area && max(g.width, g.height) > maxResize
	if !ok || g.offset || empty || long {
		return bad("-resize %s: it must be W, xH, WxH, W%%, W%%xH%% or A@, then flags of ! ^ > <; sides are 1 to %d px",
			quote(value), maxResize)
	}
	return s.add(resize{g})
}

func (s resize) apply(img *vips.Image, r run) error {
	width, height := img.Width(), img.Height()
	w, h := s.of(width, height)
	if w == width && h == height {
		return nil
	}
	if err := r.admit(w, h); err != nil { // before it is sharpened
		return err
	}
	return premultiplied(img, func() error {
		scale := vips.Args{
			"scale": float64(w) / float64(width), "vscale": float64(h) / float64(height), "kernel": r.program.Filter.kernel(w > width),
		}
		if err := img.Apply("resize", scale); err != nil {
			return err
		}
		if r.program.Sharpening == 0 {
			return nil
		}
		return unsharp(img, edge, r.program.Sharpening)
	})
}

// Filter is how -resize weighs the pixels around one: by ImageMagick's name,
// in any case. Its zero value is Lanczos to shrink and Mitchell to enlarge,
// where Lanczos would ring.
type Filter string

// kernels are libvips' for ImageMagick's filters: itself where it has one,
// else the one of its family.
var kernels = map[Filter]string{
	"point":    "nearest",
	"box":      "nearest",
	"triangle": "linear",
	"hermite":  "cubic",
	"cubic":    "cubic",
	"catrom":   "cubic",
	"lagrange": "cubic",
	"mitchell": "mitchell",
	"lanczos2": "lanczos2",
	"lanczos":  "lanczos3",
	"sinc":     "lanczos3",
}

func (f Filter) kernel(enlarges bool) string {
	switch {
	case f != "":
		return kernels[f]
	case enlarges:
		return kernels["mitchell"]
	}
	return kernels["lanczos"]
}

// SetFilter sets the filter by its name; none for the zero value.
func (p *Program) SetFilter(name string) error {
	f := Filter(strings.ToLower(name))
	if _, ok := kernels[f]; !ok && f != "" {
		return bad("the filter %s is not known; it is one of Point, Box, Triangle, Hermite, Cubic, Catrom, Lagrange, "+
			"Mitchell, Lanczos2, Lanczos, Sinc", quote(name))
	}
	p.Filter = f
	return nil
}

// edge is the reach of a resize's own sharpening. With it, a fifth comes within
// 47 dB of ImageMagick's option:filter:blur 0.8, which the retired service set.
var edge = gauss{sigma: 0.6}

// SetSharpening sets how much -resize sharpens, 0 to 1.
func (p *Program) SetSharpening(amount float64) error {
	if !(0 <= amount && amount <= 1) {
		return bad("sharpening %g: it must be from 0 to 1", amount)
	}
	p.Sharpening = amount
	return nil
}
