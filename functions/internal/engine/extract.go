package engine

import (
	"math"

	"primrose/functions/internal/vips"
)

// extract takes the wanted area out of the frame, which the decoder may have
// shrunk.
func extract(f *frame) error {
	width, height := f.image.Width(), f.image.Height()
	shrunk := box{float64(width) / float64(f.plan.stored.w), float64(height) / float64(f.plan.stored.h)}
	a := f.plan.toStored(f.plan.area)
	x, w := span(float64(a.x)*shrunk.w, float64(a.w)*shrunk.w, width)
	y, h := span(float64(a.y)*shrunk.h, float64(a.h)*shrunk.h, height)
	if w == width && h == height {
		return nil
	}
	return f.image.Apply("extract_area", vips.Args{"left": x, "top": y, "width": w, "height": h})
}

// span rounds a stretch of pixels to whole ones inside of limit.
func span(at, length float64, limit int) (int, int) {
	n := max(1, min(limit, int(math.Round(length))))
	return max(0, min(limit-n, int(math.Round(at)))), n
}
