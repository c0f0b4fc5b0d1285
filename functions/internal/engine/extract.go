package engine

import "math"

// extract takes the wanted area out of the frame, which the decoder may have
// shrunk.
func extract(f *frame) error {
	all := f.size()
	shrunk := box{float64(all.w) / float64(f.plan.stored.w), float64(all.h) / float64(f.plan.stored.h)}
	a := f.plan.toStored(f.plan.area)
	x, w := span(float64(a.x)*shrunk.w, float64(a.w)*shrunk.w, all.w)
	y, h := span(float64(a.y)*shrunk.h, float64(a.h)*shrunk.h, all.h)
	part := rect{x, y, w, h}
	if part == all.all() {
		return nil
	}
	return f.image.Apply("extract_area", part.area())
}

// span rounds a stretch of pixels to whole ones inside of limit.
func span(at, length float64, limit int) (int, int) {
	n := max(1, min(limit, int(math.Round(length))))
	return max(0, min(limit-n, int(math.Round(at)))), n
}
