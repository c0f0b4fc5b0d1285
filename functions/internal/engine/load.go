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

// framesOf returns how many of the original's frames the variant will have.
func framesOf(info Info, to format.Format) int {
	if to.Animates() {
		return info.Frames
	}
	return 1
}

// load opens the original again to decode it as the plan needs it: shrunk
// where its format can do that cheaply, row by row from the top, and only as
// long as the bytes are sound.
func (o *original) load(plan geometry, to format.Format) (*frames, error) {
	args := vips.Args{"source": o.source, "access": "sequential", "fail_on": "warning"}
	pages := framesOf(o.info, to)
	switch o.info.Format {
	case format.JPEG:
		args["shrink"] = plan.shrink()
	case format.SVG:
		args["scale"] = plan.enlarge()
	case format.WebP:
		args["n"] = pages
		if o.info.Frames == 1 { // an animation's frames are patches upon each other
			args["scale"] = plan.scale()
		}
	case format.GIF:
		args["n"] = pages
		if err := o.checkGIF(); err != nil {
			return nil, err
		}
	}
	img, err := vips.Load(loaders[o.info.Format], args)
	if err != nil {
		return nil, o.broken(err)
	}
	defer img.Close()
	return o.split(img, pages)
}

// split takes an animation's frames apart, which lie below each other.
func (o *original) split(img *vips.Image, pages int) (*frames, error) {
	f := &frames{original: o}
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

// each does the steps to each frame. What the first frame decides holds for
// all of them.
func (f *frames) each(steps []step, first *frame) error {
	for i := range f.images {
		first.image = f.images[i]
		for _, step := range steps {
			if err := step(first); err != nil {
				return err
			}
		}
		if err := f.settle(first); err != nil {
			return err
		}
	}
	return nil
}

// settle computes an animation's frame at once if that leaves less to keep
// than the original's frame. A hundred frames that are only planned hold 4 MB
// each of lines that are being resized.
func (f *frames) settle(one *frame) error {
	planned := len(f.images) > 1 && one.image.Width()*one.image.Height() < one.plan.stored.w*one.plan.stored.h
	if !planned {
		return nil
	}
	return one.render()
}

// join lays the frames below each other, as libvips wants an animation; the
// original's delays and loops come along.
func (f *frames) join() (*vips.Image, error) {
	joined, err := vips.Load("arrayjoin", vips.Args{"in": f.images, "across": 1})
	if err != nil {
		return nil, err
	}
	if err := joined.Set("page-height", joined.Height()/len(f.images)); err != nil {
		joined.Close()
		return nil, err
	}
	return joined, nil
}

// enlarge returns the scale at which an SVG is drawn: that of the result, so
// that it is sharp.
func (g geometry) enlarge() float64 {
	if g.scaled.none() {
		return 1
	}
	scale := max(float64(g.scaled.w)/float64(g.area.w), float64(g.scaled.h)/float64(g.area.h))
	longest := float64(max(g.stored.w, g.stored.h))
	return math.Min(scale, max(1, maxSide/longest))
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
