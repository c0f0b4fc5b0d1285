package engine

import (
	"os"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// layers are the originals that options lay upon the picture, by the option.
type layers map[string]*layer

// layer is an original that lies upon the picture. Of an animation, that is the
// first frame.
type layer struct {
	option   string
	original *original
	laid     *overlay // upon each frame of the picture; nil before the first
}

// openLayers reads the headers of what the options lay upon the picture, and
// holds each against the limits by itself.
func openLayers(wanted []options.Layer, files []*os.File, limits Limits) (layers, error) {
	all := layers{}
	for i, w := range wanted {
		o, err := open(files[i], limits)
		if err != nil {
			all.close()
			return nil, blame(w.Option, err)
		}
		all[w.Option] = &layer{option: w.Option, original: o}
	}
	return all, nil
}

func (all layers) close() {
	for _, l := range all {
		if l.laid != nil {
			l.laid.Close()
		}
		l.original.close()
	}
}

// blame has a problem of another original than the picture tell which option
// named it.
func blame(option string, err error) error {
	p := problem.Of(err)
	return problem.New(p.Code, "%s: %s", option, p.Detail).Because(err)
}

// once returns how the layer meets the frames of the picture. All of them are
// alike, so prepare is asked for the first and its result kept in memory. It has
// an image of the layer, shaped as the values say, to be changed in place.
func (l *layer) once(shape options.Values, prepare func(*overlay) error) (*overlay, error) {
	if l.laid != nil {
		return l.laid, nil
	}
	img, err := l.original.shaped(shape)
	if err == nil {
		l.laid = &overlay{Image: img}
		err = prepare(l.laid)
	}
	if err == nil {
		if err = l.laid.Render(); err != nil {
			err = l.original.broken(err)
		}
	}
	if err != nil {
		return nil, blame(l.option, err)
	}
	return l.laid, nil
}

// shaping is what happens to a layer by itself, in this order.
var shaping = []step{extract, resize, toSRGB, orient, cut, rotate, canvas}

// shaped returns the original in 8-bit sRGB with transparency, as large as the
// values say.
func (o *original) shaped(v options.Values) (*vips.Image, error) {
	first := still(0)
	seen, err := o.look(v, first)
	if err != nil {
		return nil, err
	}
	plan := planGeometry(o.size(), orientationOf(o.info, v), v, seen, o.limits.VariantPixels)
	frames, err := o.load(plan, first)
	if err != nil {
		return nil, err
	}
	defer frames.close()
	one := &frame{original: o, plan: plan, values: v, to: format.PNG}
	if err := frames.each(shaping, one); err != nil {
		return nil, err
	}
	img := frames.images[0].Copy()
	if err := addAlpha(img); err != nil {
		img.Close()
		return nil, err
	}
	return img, nil
}

// seen is the size of the original after its own orientation.
func (o *original) seen() size {
	return geometry{orientation: o.info.Orientation, stored: o.size()}.seen()
}
