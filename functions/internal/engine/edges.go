package engine

import (
	"image"
	"math"

	"primrose/functions/internal/vips"
)

// edgesSide is how long the longer side of the picture is in which edges are
// looked for: long enough to find where things are, and too short for what
// is only grain.
const edgesSide = 256

// mostEdges returns the part of a size in which the most edges are: the sum
// of the brightness' gradient, as Sobel's operator finds it. Of several that are
// alike it is the one nearest to the centre.
func mostEdges(img *vips.Image, keep size) (rect, error) {
	grey, err := greyOf(img, edgesSide)
	if err != nil {
		return rect{}, err
	}
	sums := summed(grey)
	w, h := grey.Rect.Dx(), grey.Rect.Dy()
	whole := sizeOf(img)
	small := size{w * keep.w / whole.w, h * keep.h / whole.h}.atLeast(size{1, 1})

	best, most, least := image.Point{}, -1, math.MaxInt
	for y := range h - small.h + 1 {
		for x := range w - small.w + 1 {
			found := sums.within(x, y, x+small.w, y+small.h)
			off := abs(2*x+small.w-w) + abs(2*y+small.h-h)
			if found > most || found == most && off < least {
				best, most, least = image.Pt(x, y), found, off
			}
		}
	}
	middle := mapped(image.Rectangle{best, best.Add(image.Pt(small.w, small.h))}, grey.Rect, whole)
	return centred(middle, keep, whole.all()), nil
}

// sums tell, for each pixel, how much all above and left of it is together; so
// four of them tell it of any rectangle.
type sums struct {
	stride int
	upTo   []int
}

func summed(grey *image.Gray) sums {
	w, h := grey.Rect.Dx(), grey.Rect.Dy()
	s := sums{w + 1, make([]int, (w+1)*(h+1))}
	for y := range h {
		row := 0
		for x := range w {
			row += steepness(grey, x, y)
			s.upTo[(y+1)*s.stride+x+1] = s.upTo[y*s.stride+x+1] + row
		}
	}
	return s
}

func (s sums) within(left, top, right, bottom int) int {
	at := func(x, y int) int { return s.upTo[y*s.stride+x] }
	return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
}

// steepness is how much the brightness changes at a pixel. The picture's own edge
// is none.
func steepness(grey *image.Gray, x, y int) int {
	w, h := grey.Rect.Dx(), grey.Rect.Dy()
	at := func(dx, dy int) int {
		return int(grey.Pix[max(0, min(h-1, y+dy))*grey.Stride+max(0, min(w-1, x+dx))])
	}
	across := at(1, -1) + 2*at(1, 0) + at(1, 1) - at(-1, -1) - 2*at(-1, 0) - at(-1, 1)
	down := at(-1, 1) + 2*at(0, 1) + at(1, 1) - at(-1, -1) - 2*at(0, -1) - at(1, -1)
	return abs(across) + abs(down)
}

func abs(n int) int { return max(n, -n) }
