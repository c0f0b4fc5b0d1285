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

// frameSide is how long the longer side of an animation's frame is in which faces
// are looked for, in pixels: a hundred frames take 7 s so, at their full size 15.
const frameSide = 480

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
		if found, err = facesOf(f.image, f.size(), frameSide); err != nil {
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

// redactOne puts what hides a face over it.
func (f *frame) redactOne(face rect) error {
	side := max(face.w, face.h)
	head := face.grown(int(faceMargin * float64(side)))
	part := head.intersect(f.size().all())
	if part.none() {
		return nil
	}
	patch, err := f.image.With("extract_area", part.area())
	if err != nil {
		return err
	}
	defer patch.Close()
	if err := f.obscure(patch, float64(side)); err != nil {
		return err
	}
	if f.values.FacePixel == 0 {
		if err := f.soften(patch, part, head); err != nil {
			return err
		}
	}
	return f.image.Apply("insert", vips.Args{"sub": patch, "x": part.x, "y": part.y})
}

// obscure does what face-blur and face-pixel ask to a face whose side is so
// many pixels.
func (f *frame) obscure(patch *vips.Image, side float64) error {
	if n := f.values.FaceBlur; n > 0 {
		err := premultiplied(patch, func() error { return spread(patch, faceSigma*side*float64(n)/100) })
		if err != nil {
			return err
		}
	}
	if n := f.values.FacePixel; n > 0 {
		return squares(patch, max(1, int(math.Round(side*float64(n)/100))))
	}
	return nil
}

// soften lets the part of a head that is blurred pass into what surrounds it.
func (f *frame) soften(patch *vips.Image, part, head rect) error {
	w := &workings{}
	before := w.of(f.image, "extract_area", part.area())
	inHead := rect{part.x - head.x, part.y - head.y, part.w, part.h}
	mask := w.of(w.keep(oval(head.size())), "extract_area", inHead.area())
	return w.finish(patch, w.new("ifthenelse", vips.Args{"cond": mask, "in1": patch, "in2": before, "blend": true}))
}

// oval is white within the ellipse that fills a size, and fades to black in the
// outermost seventh of it, which no face reaches.
func oval(s size) (*vips.Image, error) {
	const side, edge = 64, 1. / 7
	pixels := make([]byte, side*side)
	for i := range pixels {
		across, down := (float64(i%side)+0.5)/side*2-1, (float64(i/side)+0.5)/side*2-1
		pixels[i] = uint8(255 * unit((1-math.Hypot(across, down))/edge))
	}
	mask, err := vips.FromPixels(pixels, side, side, 1)
	if err == nil {
		err = mask.Enlarge(s.w, s.h)
	}
	return chained(mask, err)
}
