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
	if to.none() || to == f.size() {
		return nil
	}
	return premultiplied(f.image, func() error { return scale(f.image, to) })
}

// scale brings an image to a size: first the sides that shrink, then those that
// grow. Transparency must be premultiplied.
func scale(img *vips.Image, to size) error {
	from := sizeOf(img)
	if less := to.atMost(from); less != from {
		if err := resample(img, less, "lanczos3"); err != nil {
			return err
		}
	}
	if to.atLeast(from) == from {
		return nil
	}
	return img.Enlarge(to.w, to.h)
}

// resample brings an image to a size by one of libvips' kernels. Transparency must
// be premultiplied.
func resample(img *vips.Image, to size, kernel string) error {
	from := boxAround(sizeOf(img))
	return img.Apply("resize", vips.Args{"scale": float64(to.w) / from.w, "vscale": float64(to.h) / from.h, "kernel": kernel})
}

// premultiplied mixes neighbouring pixels by change without letting the
// colour of transparent ones bleed into the others. That happens in float: where
// a filter overshoots, whole numbers would cut colour and opacity off at
// different heights, which leaves a bright fringe.
func premultiplied(img *vips.Image, change func() error) error {
	if !img.HasAlpha() {
		return change()
	}
	sample := img.Format()
	if err := img.Apply("premultiply", nil); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if err := img.Apply("unpremultiply", nil); err != nil {
		return err
	}
	return cast(img, sample)
}

// cast rounds samples where they become whole numbers. libvips would cut their
// decimals off, which makes what is nearly transparent visibly darker.
func cast(img *vips.Image, format string) error {
	if format == "float" {
		return img.Apply("cast", vips.Args{"format": format})
	}
	if err := img.Apply("round", vips.Args{"round": "rint"}); err != nil {
		return err
	}
	return img.Apply("cast", vips.Args{"format": format})
}
