package engine

import (
	"primrose/functions/internal/magick"
	"primrose/functions/internal/options"
)

// program does what ImageMagick's arguments say instead of options, to an
// upright image in sRGB.
func (o *original) program(p *magick.Program) (Variant, error) {
	plan := geometry{orientation: o.info.Orientation, stored: o.size(), area: o.size().all()}
	shown, err := o.planTimeline(options.Animation{}, p.Format)
	if err != nil {
		return Variant{}, err
	}
	frames, err := o.load(plan, shown)
	if err != nil {
		return Variant{}, err
	}
	defer frames.close()
	steps := []step{toSRGB, orient, edit(p, o.limits.VariantPixels/int64(len(frames.images)))}
	if err := frames.each(steps, &frame{original: o, plan: plan, to: p.Format}); err != nil {
		return Variant{}, err
	}
	img, err := frames.join()
	if err != nil {
		return Variant{}, err
	}
	defer img.Close()
	quality := quality{q: p.Quality, progressive: p.Progressive, alpha: o.info.Alpha}
	if err := o.checkVariant(size{img.Width(), img.PageHeight()}, p.Format, quality); err != nil {
		return Variant{}, err
	}
	return o.encode(img, p.Format, quality)
}

// edit is the program as a step, which may make a frame of so many pixels.
func edit(p *magick.Program, pixels int64) step {
	return func(f *frame) error {
		if err := f.render(); err != nil {
			return err
		}
		return p.Apply(f.image, pixels)
	}
}
