package engine

import (
	"math"
	"slices"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// frame is one picture on its way through the recipe.
type frame struct {
	original    *original
	image       *vips.Image
	plan        geometry
	values      options.Values
	to          format.Format
	chosen      *rect        // by a content-aware crop; of the first frame, and kept for all
	shades      *options.Duo // of a gradient around the frame; of the first, too
	enhancement []curve      // for red, green and blue; of the first, too
}

// px returns a length in pixels of the result: dpr multiplies it. What is there
// at all stays at least 1 px wide.
func (f *frame) px(n int) int {
	if n > 0 {
		return max(1, int(math.Round(float64(n)*f.values.DPR)))
	}
	return int(math.Round(float64(n) * f.values.DPR))
}

// length makes a length one in pixels of the result. A part is one of a side.
func (f *frame) length(l options.Length, side int) options.Length {
	switch {
	case l.None():
		return l
	case l.Part != 0:
		return options.Length{Px: max(1, int(math.Round(l.Part*float64(side))))}
	}
	return options.Length{Px: f.px(l.Px)}
}

// size is the frame's, as it is now.
func (f *frame) size() size { return sizeOf(f.image) }

// frames are an original's pictures: one, or an animation's.
type frames struct {
	images   []*vips.Image
	original *original
	timeline timeline
}

func (f *frames) close() {
	for _, img := range f.images {
		img.Close()
	}
}

// split takes an animation's frames apart, which lie below each other, from the
// first that is wanted to the last.
func (o *original) split(img *vips.Image, t timeline) (*frames, error) {
	f := &frames{original: o, timeline: t}
	if len(t.frames) == 1 {
		f.images = []*vips.Image{img.Copy()}
		return f, nil
	}
	height := img.Height() / t.span()
	for _, frame := range t.frames {
		top := (frame - t.frames[0]) * height
		one, err := img.With("extract_area", rect{0, top, img.Width(), height}.area())
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
// each of lines that are being resized. Frames that are shown in another order
// than the decoder makes them in must be computed, too.
func (f *frames) settle(one *frame) error {
	smaller := one.image.Width()*one.image.Height() < one.plan.stored.w*one.plan.stored.h
	if len(f.images) > 1 && (smaller || f.timeline.reversed) {
		return one.render()
	}
	return nil
}

// join lays the frames below each other, as libvips wants an animation.
func (f *frames) join() (*vips.Image, error) {
	if f.timeline.reversed {
		slices.Reverse(f.images)
	}
	joined, err := f.stack()
	if err != nil {
		return nil, err
	}
	if err := f.timeline.tag(joined); err != nil {
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
