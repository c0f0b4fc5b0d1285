package engine

import "primrose/functions/internal/vips"

// resize brings the frame to the size that the plan says.
func resize(f *frame) error {
	if !f.plan.before.none() {
		if err := f.choose(f.plan.toStoredSize(f.plan.before)); err != nil {
			return err
		}
	}
	to := f.plan.toStoredSize(f.plan.scaled)
	if to.none() || to == (size{f.image.Width(), f.image.Height()}) {
		return nil
	}
	return premultiplied(f.image, func() error {
		return f.image.Apply("resize", vips.Args{
			"scale":  float64(to.w) / float64(f.image.Width()),
			"vscale": float64(to.h) / float64(f.image.Height()),
			"kernel": "lanczos3",
		})
	})
}

// premultiplied mixes neighbouring pixels by change without letting the
// colour of transparent ones bleed into the others.
func premultiplied(img *vips.Image, change func() error) error {
	if !img.HasAlpha() {
		return change()
	}
	sample := img.Format()
	if err := img.Apply("premultiply", nil); err != nil {
		return err
	}
	if err := img.Apply("cast", vips.Args{"format": sample}); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if err := img.Apply("unpremultiply", nil); err != nil {
		return err
	}
	return img.Apply("cast", vips.Args{"format": sample})
}
