package magick

import (
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// step edits an image in place.
type step interface {
	apply(img *vips.Image, r run) error
}

// run is one use of a program.
type run struct {
	program *Program
	pixels  int64 // at most
}

// Apply edits the image in place. It must be one picture: upright, 8 bits a
// channel, sRGB or grey, with or without alpha, its pixels in memory. Where the
// format holds no transparency, the background shows. No step may make more
// than maxPixels.
func (p *Program) Apply(img *vips.Image, maxPixels int64) error {
	r := run{p, maxPixels}
	for _, s := range p.steps {
		if err := s.apply(img, r); err != nil {
			return err
		}
		if err := r.admit(img.Width(), img.Height()); err != nil {
			return err
		}
	}
	if p.Format.HasAlpha() || !img.HasAlpha() {
		return nil
	}
	return p.flatten(img)
}

// admit refuses a size that is too large.
func (r run) admit(w, h int) error {
	if int64(w)*int64(h) <= r.pixels {
		return nil
	}
	return problem.New(problem.TooManyPixels, "the arguments would make an image of %dx%d px; the limit is %d px", w, h, r.pixels)
}

// flatten puts the background behind an image that may not be transparent.
func (p *Program) flatten(img *vips.Image) error {
	backdrop := p.background
	if !backdrop.opaque() {
		backdrop = white
	}
	if err := backdrop.admit(img); err != nil {
		return err
	}
	bands := backdrop.bands(img)
	return img.Apply("flatten", vips.Args{"background": bands[:len(bands)-1]})
}

// premultiplied edits an image whose pixels count by their opacity, so that
// the colour of what is transparent shows nowhere.
func premultiplied(img *vips.Image, edit func() error) error {
	if !img.HasAlpha() {
		return edit()
	}
	if err := img.Apply("premultiply", nil); err != nil {
		return err
	}
	if err := edit(); err != nil {
		return err
	}
	if err := img.Apply("unpremultiply", nil); err != nil {
		return err
	}
	return toBytes(img)
}

// toBytes rounds to 8 bits a channel.
func toBytes(img *vips.Image) error {
	if img.Format() == "uchar" {
		return nil
	}
	if err := img.Apply("round", vips.Args{"round": "rint"}); err != nil {
		return err
	}
	return img.Apply("cast", vips.Args{"format": "uchar"})
}
