package engine

import "primrose/functions/internal/options"

// orient turns the frame as the plan says.
func orient(f *frame) error {
	if f.plan.orientation == 1 {
		return nil
	}
	if err := f.render(); err != nil {
		return err
	}
	if err := f.image.Set("orientation", f.plan.orientation); err != nil {
		return err
	}
	return f.image.Apply("autorot", nil)
}

// orientationOf returns how the original is to be turned.
func orientationOf(info Info, v options.Values) int {
	if v.Orient != 0 {
		return int(v.Orient)
	}
	return info.Orientation
}

// toStored returns where a rectangle of the image as seen lies in the image
// as stored. EXIF's orientations are explained in its standard (CIPA
// DC-008), section 4.6.5, tag 0x0112.
func (g geometry) toStored(r rect) rect {
	w, h := g.stored.w, g.stored.h
	switch g.orientation {
	case 2: // mirrored
		r.x = w - r.x - r.w
	case 3: // upside down
		r.x, r.y = w-r.x-r.w, h-r.y-r.h
	case 4: // mirrored and upside down
		r.y = h - r.y - r.h
	case 5: // transposed
		r = rect{r.y, r.x, r.h, r.w}
	case 6: // to be turned right
		r = rect{r.y, h - r.x - r.w, r.h, r.w}
	case 7: // transposed the other way
		r = rect{w - r.y - r.h, h - r.x - r.w, r.h, r.w}
	case 8: // to be turned left
		r = rect{w - r.y - r.h, r.x, r.h, r.w}
	}
	return r
}

// toStoredSize returns what becomes of a size when orientation is undone.
func (g geometry) toStoredSize(s size) size {
	if g.orientation > 4 {
		return size{s.h, s.w}
	}
	return s
}
