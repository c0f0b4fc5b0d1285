package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// sight is what only an original's pixels tell, and the plan depends on.
// Rectangles are of the image as seen, that is after orientation.
type sight struct {
	trimmed rect   // what trim leaves of the used part; none if nothing is trimmed
	faces   []rect // people's, the largest first, where an option asks for them
}

// looks are what may be looked for, each with the options that want it.
var looks = []struct {
	wanted func(options.Values) bool
	look   func(*original, options.Values, timeline, *sight) error
}{
	{trims, (*original).lookForBorder},
	{wantsFaces, (*original).lookForFaces},
}

// look finds out what the options must know before anything is planned.
func (o *original) look(v options.Values, shown timeline) (seen sight, err error) {
	for _, l := range looks {
		if !l.wanted(v) {
			continue
		}
		if err := o.mayLook(); err != nil {
			return seen, err
		}
		if err := l.look(o, v, shown, &seen); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

// mayLook makes sure that there is memory to look at an original, which decodes
// it once more, and holds all of its bytes for that.
func (o *original) mayLook() error {
	if err := o.checkVariant(size{1, 1}, format.JPEG, quality{}); err != nil {
		return err
	}
	_, err := o.bytes()
	return err
}

// glance returns the first frame, or the one that is asked for, as it is seen, in
// sRGB and with its longest side of at most so many pixels: enough to find what
// is large.
func (o *original) glance(v options.Values, longest int) (*vips.Image, error) {
	fit := options.Values{W: options.Length{Px: longest}, H: options.Length{Px: longest}, DPR: 1, Fit: options.FitMax}
	plan := planGeometry(o.size(), orientationOf(o.info, v), fit, sight{}, o.limits.VariantPixels)
	frames, err := o.load(plan, still(max(1, v.Animation.Frame)-1))
	if err != nil {
		return nil, err
	}
	defer frames.close()
	if err := frames.each([]step{extract, resize, toSRGB, orient, (*frame).render}, &frame{original: o, plan: plan}); err != nil {
		return nil, err
	}
	return frames.images[0].Copy(), nil
}
