package engine

import (
	"math"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// What makes a face unrecognisable is told in parts of the face, so that it does
// so at any size of the picture.
const (
	faceMargin = 0.2  // of a face's side that is redacted around it: hair, ears and chin
	faceSigma  = 0.25 // of a face's side, of the blur at face-blur=100
)

func redacts(v options.Values) bool { return v.FaceBlur > 0 || v.FacePixel > 0 }

// redact blurs people's faces, or builds them of squares. It comes before what
// could cut a face in two, and goes by what was seen of the whole original. Of
// an animation it looks at every frame, since faces move.
func redact(f *frame) error {
	if !redacts(f.values) {
		return nil
	}
	found, err := f.facesHere()
	if err != nil || len(found) == 0 {
		return err
	}
	if err := f.render(); err != nil {
		return err
	}
	for _, face := range found {
		if err := f.redactOne(face); err != nil {
			return err
		}
	}
	return nil
}

// facesHere returns where faces are in the resized frame, which is not turned
// yet.
func (f *frame) facesHere() (found []rect, err error) {
	if f.original.info.Frames > 1 {
		if err := f.render(); err != nil {
			return nil, err
		}
		if found, err = facesOf(f.image, size{f.image.Width(), f.image.Height()}); err != nil {
			return nil, err
		}
	}
	for _, face := range f.plan.faces {
		found = append(found, f.here(face))
	}
	return found, nil
}

// here returns where a rectangle of the original as seen lies in the resized
// frame.
func (f *frame) here(r rect) rect {
	r, from := f.plan.toStored(r), f.plan.toStored(f.plan.area)
	if !f.plan.before.none() {
		from = rect{from.x + f.chosen.x, from.y + f.chosen.y, f.chosen.w, f.chosen.h}
	}
	across, down := float64(f.image.Width())/float64(from.w), float64(f.image.Height())/float64(from.h)
	scaled := func(n int, by float64) int { return int(math.Round(float64(n) * by)) }
	return rect{scaled(r.x-from.x, across), scaled(r.y-from.y, down), scaled(r.w, across), scaled(r.h, down)}
}

func (f *frame) redactOne(face rect) error {
	side := float64(max(face.w, face.h))
	part := face.grown(int(faceMargin * side)).intersect(rect{0, 0, f.image.Width(), f.image.Height()})
	if part.none() {
		return nil
	}
	patch, err := f.image.With("extract_area", vips.Args{"left": part.x, "top": part.y, "width": part.w, "height": part.h})
	if err != nil {
		return err
	}
	defer patch.Close()
	if err := f.obscure(patch, side); err != nil {
		return err
	}
	return f.image.Apply("insert", vips.Args{"sub": patch, "x": part.x, "y": part.y})
}

// obscure does what face-blur and face-pixel ask to a face whose side is so
// many pixels.
func (f *frame) obscure(patch *vips.Image, side float64) error {
	if n := f.values.FaceBlur; n > 0 {
		if err := soften(patch, faceSigma*side*float64(n)/100); err != nil {
			return err
		}
	}
	if n := f.values.FacePixel; n > 0 {
		return mosaic(patch, max(1, int(math.Round(side*float64(n)/100))))
	}
	return nil
}

// soften blurs by a sigma in pixels.
func soften(img *vips.Image, sigma float64) error {
	whole := size{img.Width(), img.Height()}
	return premultiplied(img, func() error {
		if sigma <= maxSigma {
			return gaussian(img, sigma)
		}
		small := whole.times(maxSigma / sigma)
		scale := vips.Args{"scale": float64(small.w) / float64(whole.w), "vscale": float64(small.h) / float64(whole.h)}
		if err := img.Apply("resize", scale); err != nil {
			return err
		}
		if err := gaussian(img, maxSigma); err != nil {
			return err
		}
		return img.Enlarge(whole.w, whole.h)
	})
}

// mosaic builds an image of squares of their mean colour.
func mosaic(img *vips.Image, side int) error {
	w, h := img.Width(), img.Height()
	return premultiplied(img, func() error {
		return chain(img,
			operation{"shrink", vips.Args{"hshrink": side, "vshrink": side, "ceil": true}},
			operation{"zoom", vips.Args{"xfac": side, "yfac": side}},
			operation{"extract_area", vips.Args{"left": 0, "top": 0, "width": w, "height": h}},
		)
	})
}
