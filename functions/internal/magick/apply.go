package magick

import (
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// maxPixels bounds what any one step may make, 100 megapixels. An original
// that has more of its own may keep them.
const maxPixels = 100_000_000

// step edits an image in place.
type step interface {
	apply(img *vips.Image, p *Program) error
}

// Apply edits the image in place. It must be upright, 8 bits a channel, sRGB
// or grey, with or without alpha. Every frame of an animation is edited,
// unless the program's format holds only one: then the rest are dropped.
// Where the format holds no transparency, the background shows.
func (p *Program) Apply(img *vips.Image) error {
	edit := p.applyFrame
	if img.PageHeight() < img.Height() {
		edit = p.applyFrames
	}
	return edit(img)
}

func (p *Program) applyFrame(img *vips.Image) error {
	for _, s := range p.steps {
		before := img.Width() * img.Height()
		if err := s.apply(img, p); err != nil {
			return err
		}
		if after := img.Width() * img.Height(); after > max(before, maxPixels) {
			return problem.New(problem.TooManyPixels, "the arguments would make an image of %d×%d px; the limit is %d megapixels",
				img.Width(), img.Height(), maxPixels/1_000_000)
		}
	}
	if p.Format.HasAlpha() || !img.HasAlpha() {
		return nil
	}
	return p.flatten(img)
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
	colour := backdrop.bands(img)
	return img.Apply("flatten", vips.Args{"background": colour[:len(colour)-1]})
}

// applyFrames edits an animation, whose frames libvips stacks.
func (p *Program) applyFrames(img *vips.Image) error {
	high := img.PageHeight()
	count := img.Height() / high
	if !p.Format.Animates() {
		count = 1
	}
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
		if err := p.applyFrame(frame); err != nil {
			return err
		}
	}
	return stack(img, frames)
}

// stack replaces img by frames of one size, one below the other.
func stack(img *vips.Image, frames []*vips.Image) error {
	height := frames[0].Height()
	var joined *vips.Image
	if err := vips.Call("arrayjoin", vips.Args{"in": frames, "across": 1, "out": &joined}); err != nil {
		return err
	}
	become(img, joined)
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

// become puts made in the place of img.
func become(img, made *vips.Image) {
	img.Close()
	*img = *made
}
