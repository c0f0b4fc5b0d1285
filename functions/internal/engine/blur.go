package engine

import "primrose/functions/internal/vips"

// blurUnit is how many pixels of standard deviation one unit of blur is.
// imgix publishes none; with this, 100 makes faces unrecognisable at 600 px
// and 2000 leaves a wash of colour.
const blurUnit = 0.1

// maxSigma is the widest blur that is computed pixel by pixel: the work
// grows with it. Wider ones are computed on a shrunk frame, which looks the
// same, as nothing finer is left.
const maxSigma = 4

// blur is Gaussian.
func blur(f *frame) error {
	if f.values.Style.Blur == 0 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	return premultiplied(f.image, func() error {
		return spread(f.image, f.values.DPR*blurUnit*float64(f.values.Style.Blur))
	})
}

// spread blurs by any standard deviation, in pixels. Transparency must be
// premultiplied.
func spread(img *vips.Image, sigma float64) error {
	if sigma <= maxSigma {
		return gaussian(img, sigma)
	}
	whole := sizeOf(img)
	if err := img.Apply("resize", vips.Args{"scale": maxSigma / sigma}); err != nil {
		return err
	}
	if err := gaussian(img, maxSigma); err != nil {
		return err
	}
	return img.Enlarge(whole.w, whole.h)
}

// gaussian blurs out to where the bell is 2 % of its height. Cut off at 20 %,
// as is usual, it is visibly narrower than its sigma says. Computed in whole
// numbers, it makes the image darker or lighter by up to 4 of 255.
func gaussian(img *vips.Image, sigma float64) error {
	sample := img.Format()
	if err := img.Apply("gaussblur", vips.Args{"sigma": sigma, "min_ampl": 0.02, "precision": "float"}); err != nil {
		return err
	}
	return cast(img, sample)
}

// blurred returns the colours of an image, blurred. What is transparent does
// not count.
func (w *workings) blurred(img *vips.Image, sigma float64) *vips.Image {
	if w.err != nil {
		return nil
	}
	soft := w.keep(img.Copy(), nil)
	if err := premultiplied(soft, func() error { return spread(soft, sigma) }); err != nil {
		w.err = err
	}
	return w.bands(soft, 0, 3)
}
