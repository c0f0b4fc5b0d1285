// Package engine makes variants: options and an original's bytes go in, an
// encoded image comes out. It runs in the worker, never in a process that
// holds anything worth stealing.
package engine

import (
	"fmt"
	"os"
	"time"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// recipe is what happens to each frame between decoding and encoding, in
// this order. A step that has nothing to do does nothing.
var recipe = []step{
	extract,    // the part of the original that is wanted
	resize,     // to the size that the plan says
	toSRGB,     // after resizing, when there is less to convert
	redact,     // people's faces, before anything cuts them in two
	orient,     // as the camera was held
	cut,        // what crop=entropy, edges or attention leaves over
	rotate,     // within the frame
	flip,       // left and right, top and bottom
	enhance,    // as its histogram says
	denoise,    // where there are no edges
	tone,       // light and dark
	hue,        // and saturation
	vibrance,   // saturation of what has little
	invert,     // all of that
	sharpen,    // its edges
	unsharp,    // its edges, as wide as asked
	toning,     // in sepia, one colour, or two
	halftone,   // of dots
	pixellate,  // of squares
	blur,       // as wide as asked
	background, // behind what is transparent
	canvas,     // around what is smaller than the box
	blend,      // with an image or a colour
	mask,       // what a shape or an image covers
	border,     // upon the edges
	pad,        // room around all
	grid,       // where it is still transparent, to show that
	mark,       // with a watermark, upon all of that, as imgix has it
	inscribe,   // a text, upon all of that
	flatten,    // for formats without transparency
}

// step changes a frame in place.
type step func(*frame) error

// Engine makes variants.
type Engine struct{}

// New returns the engine of this process. lib is the path of libvips, as
// [vips.Find] returns it, and fonts the folder of fonts, as [vips.FindFonts]
// does; if that is "", text is refused.
func New(lib, fonts string) (*Engine, error) {
	if err := vips.Open(lib); err != nil {
		return nil, err
	}
	vips.UseFonts(fonts)
	allowLoaders()
	return &Engine{}, nil
}

// Run does one job on originals that files or pipes hold: the picture, and what
// the options lay upon it, in the order of [options.Values.Layers]. It runs one
// job at a time. Its errors are problems: of an original, or of options that
// don't suit it.
func (e *Engine) Run(job Job, originals ...*os.File) (variant Variant, err error) {
	err = vips.Do(func() error {
		variant, err = run(job, originals)
		return err
	})
	return variant, err
}

func run(job Job, originals []*os.File) (Variant, error) {
	start := time.Now()
	parsed, err := options.Parse(job.Options)
	if err != nil {
		return Variant{}, err
	}
	values := parsed.Values()
	wanted := values.Layers()
	if len(originals) != 1+len(wanted) {
		return Variant{}, fmt.Errorf("%d originals came for a job on %d", len(originals), 1+len(wanted))
	}
	o, err := open(originals[0], job.Limits)
	if err != nil {
		return Variant{}, err
	}
	defer o.close()
	o.letters = job.NeedsFonts() && vips.HasFonts()
	o.layers, err = openLayers(wanted, originals[1:], job.Limits)
	if err != nil {
		return Variant{}, err
	}
	header := time.Now()

	variant, err := o.variant(job, values)
	if err == nil {
		err = o.checkBody(variant)
	}
	variant.Stages = Stages{
		Header: milliseconds(header.Sub(start)),
		Encode: milliseconds(time.Since(header)),
	}
	return variant, err
}

func (o *original) variant(job Job, values options.Values) (Variant, error) {
	switch {
	case job.Program != nil:
		return o.program(job.Program)
	case values.FM == string(format.JSON) && standIn(values) == "":
		return o.describe(values)
	}
	if err := checkStandIn(values); err != nil {
		return Variant{}, err
	}
	to := chooseFormat(o.info, values)
	shown, err := o.planTimeline(values.Animation, to)
	if err != nil {
		return Variant{}, err
	}
	seen, err := o.look(values, shown)
	if err != nil {
		return Variant{}, err
	}
	plan := planGeometry(o.size(), orientationOf(o.info, values), values, seen, o.limits.VariantPixels/int64(len(shown.frames)))
	quality := o.qualityOf(values, to)
	if err := o.checkVariant(plan.out(), to, quality); err != nil {
		return Variant{}, err
	}
	frames, err := o.load(plan, shown)
	if err != nil {
		return Variant{}, err
	}
	defer frames.close()
	if err := frames.each(recipe, &frame{original: o, plan: plan, values: values, to: to}); err != nil {
		return Variant{}, err
	}
	img, err := frames.join()
	if err != nil {
		return Variant{}, err
	}
	defer img.Close()
	if standIn(values) != "" {
		return o.describeVariant(img, to, values)
	}
	return o.encode(img, to, quality)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
