package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// cut keeps the part of the resized frame that tells most.
func cut(f *frame) error {
	if f.plan.after.none() {
		return nil
	}
	return f.choose(f.plan.after)
}

// choose crops to a size where most entropy, edges or attention is. All of an
// animation's frames are cut where the first is.
func (f *frame) choose(keep size) error {
	if f.chosen == nil {
		if err := f.render(); err != nil {
			return err
		}
		at, err := interesting(f.image, keep, f.values.Crop)
		if err != nil {
			return err
		}
		f.chosen = &rect{at.x, at.y, keep.w, keep.h}
	}
	return f.image.Apply("extract_area", f.chosen.area())
}

func interesting(img *vips.Image, keep size, crop options.Crop) (rect, error) {
	how := "entropy"
	if crop&options.CropEdges != 0 {
		return mostEdges(img, keep)
	}
	if crop&options.CropAttention != 0 {
		how = "attention"
	}
	found, err := img.With("smartcrop", vips.Args{"width": keep.w, "height": keep.h, "interesting": how})
	if err != nil {
		return rect{}, err
	}
	defer found.Close()
	// libvips tells where it cut only by the offset that extracting leaves.
	return rect{x: -found.XOffset(), y: -found.YOffset()}, nil
}
