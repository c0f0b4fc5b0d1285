package engine

import (
	"math"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// frame is one picture on its way through the recipe.
type frame struct {
	original *original
	image    *vips.Image
	plan     geometry
	values   options.Values
	to       format.Format
	chosen   *rect // by a content-aware crop; of the first frame, and kept for all
}

// px returns a length in pixels of the result: dpr multiplies it. What is there
// at all stays at least 1 px wide.
func (f *frame) px(n int) int {
	if n > 0 {
		return max(1, int(math.Round(float64(n)*f.values.DPR)))
	}
	return int(math.Round(float64(n) * f.values.DPR))
}

// frames are an original's pictures: one, or an animation's.
type frames struct {
	images   []*vips.Image
	original *original
}

func (f *frames) close() {
	for _, img := range f.images {
		img.Close()
	}
}

// split takes an animation's frames apart, which lie below each other.
func (o *original) split(img *vips.Image, pages int) (*frames, error) {
	f := &frames{original: o}
	if pages == 1 {
		f.images = []*vips.Image{img.Copy()}
		return f, nil
	}
	height := img.Height() / pages
	for i := range pages {
		one, err := img.With("extract_area", vips.Args{"left": 0, "top": i * height, "width": img.Width(), "height": height})
		if err != nil {
			f.close()
			return nil, err
		}
		f.images = append(f.images, one)
	}
	return f, nil
}

// each does the steps to one frame after the other. What they decide of the
// first frame, such as where to cut, holds for the rest.
func (f *frames) each(steps []step, one *frame) error {
	for _, one.image = range f.images {
		for _, step := range steps {
			if err := step(one); err != nil {
				return err
			}
		}
		if err := f.settle(one); err != nil {
			return err
		}
	}
	return nil
}

// settle computes an animation's frame at once if that leaves less to keep
// than the original's frame. A hundred frames that are only planned hold 4 MB
// each of lines that are being resized.
func (f *frames) settle(one *frame) error {
	smaller := one.image.Width()*one.image.Height() < one.plan.stored.w*one.plan.stored.h
	if len(f.images) > 1 && smaller {
		return one.render()
	}
	return nil
}

// join lays the frames below each other, as libvips wants an animation; the
// original's delays and loops come along.
func (f *frames) join() (*vips.Image, error) {
	joined, err := f.stack()
	if err != nil || !joined.Has("page-height") {
		return joined, err
	}
	if err := joined.Set("page-height", joined.Height()/len(f.images)); err != nil {
		joined.Close()
		return nil, err
	}
	return joined, nil
}

func (f *frames) stack() (*vips.Image, error) {
	if len(f.images) == 1 {
		return f.images[0].Copy(), nil
	}
	return vips.New("arrayjoin", vips.Args{"in": f.images, "across": 1})
}

// render computes the frame now: what follows reads it in another order than
// the decoder writes it. The first to look at all pixels also finds out
// whether the original is whole.
func (f *frame) render() error {
	if err := f.image.Render(); err != nil {
		return f.original.broken(err)
	}
	return nil
}
