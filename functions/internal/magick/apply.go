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
	pixels  int64 // at most, of each frame
}

// Apply edits the image in place. It must be upright, 8 bits a channel, sRGB
// or grey, with or without alpha. Every frame of an animation is edited,
// unless the program's format holds only one: then the rest are dropped.
// Where the format holds no transparency, the background shows. No step may
// make more than maxPixels, all frames together.
func (p *Program) Apply(img *vips.Image, maxPixels int64) error {
	if img.PageHeight() < img.Height() {
		return p.applyFrames(img, maxPixels)
	}
	return run{p, maxPixels}.edit(img)
}

func (r run) edit(img *vips.Image) error {
	for _, s := range r.program.steps {
		if err := s.apply(img, r); err != nil {
			return err
		}
		if err := r.admit(img.Width(), img.Height()); err != nil {
			return err
		}
	}
	if r.program.Format.HasAlpha() || !img.HasAlpha() {
		return nil
	}
	return r.program.flatten(img)
}

// admit refuses a frame that is too large.
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

// applyFrames edits an animation, whose frames libvips stacks.
func (p *Program) applyFrames(img *vips.Image, maxPixels int64) error {
	high := img.PageHeight()
	count := img.Height() / high
	if !p.Format.Animates() {
		count = 1
	}
	each := run{p, maxPixels / int64(count)}
	frames := make([]*vips.Image, 0, count)
	defer func() {
		for _, frame := range frames {
			frame.Close()
		}
	}()
	for i := range count {
		frame, err := img.With("extract_area", vips.Args{"left": 0, "top": i * high, "width": img.Width(), "height": high})
		if err != nil {
			return err
		}
		frames = append(frames, frame)
		if err := each.edit(frame); err != nil {
			return err
		}
	}
	return stack(img, frames)
}

// stack replaces img by frames of one size, one below the other.
func stack(img *vips.Image, frames []*vips.Image) error {
	height := frames[0].Height()
	joined, err := vips.New("arrayjoin", vips.Args{"in": frames, "across": 1})
	if err != nil {
		return err
	}
	img.Become(joined)
	return img.Set("page-height", height)
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
