package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// canvas fills what is left of the box: with what fit=fill asks for, or with
// the edges' own pixels.
func canvas(f *frame) error {
	to := f.plan.canvas
	from := f.size()
	if to.none() || to == from {
		return nil
	}
	at := rect{(to.w - from.w) / 2, (to.h - from.h) / 2, to.w, to.h}
	switch {
	case !fills(f.values.Fit):
		return f.image.Apply("embed", vips.Args{"x": at.x, "y": at.y, "width": at.w, "height": at.h, "extend": "copy"})
	case f.values.Fill.How == "blur":
		return f.place(at, f.haze)
	case f.values.Fill.How == "gradient":
		return f.place(at, f.gradient)
	}
	if color := f.values.Fill.Color; color.Set {
		return f.surround(at, color)
	}
	return f.surround(at, f.values.BG)
}

// surround puts the frame into an area of a colour, which is no colour where the
// format has transparency and none is given.
func (f *frame) surround(at rect, color options.Color) error {
	if !f.to.HasAlpha() {
		color = onWhite(color)
	}
	background := rgb(color)
	if f.image.HasAlpha() || color.A < 255 {
		if err := addAlpha(f.image); err != nil {
			return err
		}
		background = rgba(color)
	}
	return f.image.Apply("embed", vips.Args{
		"x": at.x, "y": at.y, "width": at.w, "height": at.h, "extend": "background", "background": background,
	})
}

// place puts the frame into a ground, which does not show through it.
func (f *frame) place(at rect, below ground) error {
	if err := f.render(); err != nil {
		return err
	}
	behind, err := below(at.size())
	if err != nil {
		return err
	}
	defer behind.Close()
	for _, img := range []*vips.Image{behind, f.image} {
		if err := addAlpha(img); err != nil {
			return err
		}
	}
	made, err := vips.New("insert", vips.Args{"main": behind, "sub": f.image, "x": at.x, "y": at.y})
	if err != nil {
		return err
	}
	f.image.Become(made)
	return nil
}

// haze is a ground of the frame itself, blurred and enlarged to cover it. Like
// every wide blur it is computed on few pixels.
func (f *frame) haze(s size) (*vips.Image, error) {
	img := f.image.Copy()
	err := premultiplied(img, func() error {
		few := s.times(maxSigma / hazeSigma(s))
		from := sizeOf(img)
		covering := from.times(max(float64(few.w)/float64(from.w), float64(few.h)/float64(from.h))).atLeast(few)
		if err := scale(img, covering); err != nil {
			return err
		}
		middle := rect{(covering.w - few.w) / 2, (covering.h - few.h) / 2, few.w, few.h}
		if err := img.Apply("extract_area", middle.area()); err != nil {
			return err
		}
		if err := gaussian(img, maxSigma); err != nil {
			return err
		}
		return scale(img, s)
	})
	return chained(img, err)
}

// hazeSigma is how wide the ground of a frame is blurred, in pixels. imgix says
// so of videos, and nothing of images.
func hazeSigma(s size) float64 {
	return max(maxSigma, min(200, float64(min(s.w, s.h))/20))
}

func addAlpha(img *vips.Image) error {
	if img.HasAlpha() {
		return nil
	}
	return img.Apply("addalpha", nil)
}
