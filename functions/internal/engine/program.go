package engine

import "primrose/functions/internal/magick"

// prepared is what ImageMagick's arguments start from: an upright image in
// sRGB.
var prepared = []step{toSRGB, orient}

// program does what ImageMagick's arguments say instead of options.
func (o *original) program(p *magick.Program) (Variant, error) {
	plan := geometry{orientation: o.info.Orientation, stored: o.size(), area: rect{0, 0, o.info.Width, o.info.Height}}
	frames, err := o.load(plan, p.Format)
	if err != nil {
		return Variant{}, err
	}
	defer frames.close()
	if err := frames.each(prepared, &frame{original: o, plan: plan, to: p.Format}); err != nil {
		return Variant{}, err
	}
	img, err := frames.join()
	if err != nil {
		return Variant{}, err
	}
	defer img.Close()
	if err := img.Render(); err != nil {
		return Variant{}, o.broken(err)
	}
	if err := p.Apply(img, o.limits.Pixels); err != nil {
		return Variant{}, err
	}
	return o.encode(img, p.Format, quality{q: p.Quality, progressive: p.Progressive})
}
