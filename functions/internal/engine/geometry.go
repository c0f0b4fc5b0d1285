package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// maxSide is the longest side of a variant in pixels, as imgix has it.
const maxSide = 8192

// geometry is what happens to an original's shape. All but the orientation
// is told of the image as seen, that is after orientation. A size that is
// none means that nothing happens there.
type geometry struct {
	orientation int     // EXIF's number of how to turn the stored image
	stored      size    // of the original, before orientation
	faces       []rect  // people's, the largest first, where an option asks for them
	area        rect    // of the original that is used
	exact       bool    // nothing beside the area may show, not even mixed into its edge
	before      size    // what a content-aware crop leaves, before enlarging
	scaled      size    // what is resized to
	after       size    // what a content-aware crop leaves, after shrinking
	turned      size    // the frame that a rotated one needs
	canvas      size    // what is filled up to
	padding     margins // around all of that
}

// planGeometry plans the way from an original of a stored size to what the
// options ask for, knowing what was seen of it. At most maxPixels come out.
func planGeometry(stored size, orientation int, v options.Values, seen sight, maxPixels int64) geometry {
	g := geometry{orientation: orientation, stored: stored, faces: seen.faces}
	used := within(g.seen(), v.Rect)
	if !seen.trimmed.none() {
		used, g.exact = seen.trimmed, true
	}
	wanted := boxOf(used.size(), v)
	if v.Fit == options.FitFaceArea {
		used = g.faceArea(used, wanted.without(paddingOf(v.Pad, v.DPR)), v)
	}
	// How large what comes out is, only fitting tells; so fit again if it is
	// too much. Where rounding makes it too much once more, it takes a little
	// less than that.
	for shrink, less := 1.0, 1.0; ; less = 1.0001 {
		g.padding = paddingOf(v.Pad, v.DPR*shrink)
		g.fit(used, wanted.times(shrink).without(g.padding), v)
		excess := excessOf(g.out(), maxPixels)
		if excess <= 1 {
			return g
		}
		if wanted.none() {
			wanted = boxAround(used.size().with(g.padding))
		}
		shrink /= excess * less
	}
}

// seen is the size of the original after orientation.
func (g geometry) seen() size { return g.toStoredSize(g.stored) }

// out is the size of the variant.
func (g geometry) out() size { return g.framed().with(g.padding) }

// framed is the size of the variant without its padding.
func (g geometry) framed() size {
	for _, s := range []size{g.canvas, g.turned} {
		if !s.none() {
			return s
		}
	}
	return g.resized()
}

// resized is the size of a frame that is resized and cut.
func (g geometry) resized() size {
	for _, s := range []size{g.after, g.scaled} {
		if !s.none() {
			return s
		}
	}
	return g.area.size()
}

// excessOf returns by what factor a size's sides exceed what may come out.
func excessOf(s size, maxPixels int64) float64 {
	return max(
		float64(s.w)/maxSide,
		float64(s.h)/maxSide,
		math.Sqrt(float64(s.w)*float64(s.h)/float64(maxPixels)),
	)
}

// within returns the part of r that lies in an image of size s, or all of it
// if r is none or misses it.
func within(s size, r options.Rect) rect {
	all := s.all()
	part := rounded(box{r.W.Of(s.w), r.H.Of(s.h)})
	found := rect{
		offset(r.X, r.AtX, s.w, part.w),
		offset(r.Y, r.AtY, s.h, part.h),
		part.w, part.h,
	}.intersect(all)
	if r == (options.Rect{}) || found.none() {
		return all
	}
	return found
}

// offset returns where a part of a side begins: at a length, or where a word
// says.
func offset(at options.Length, word string, side, part int) int {
	switch word {
	case "center", "middle":
		return max(0, side-part) / 2
	case "right", "bottom":
		return max(0, side-part)
	}
	return int(math.Round(at.Of(side)))
}

// fit plans how what is used of the original meets the box.
func (g *geometry) fit(area rect, b box, v options.Values) {
	g.area, g.before, g.scaled, g.after, g.turned, g.canvas = area, size{}, size{}, size{}, size{}, size{}
	if !b.none() {
		g.meet(b, v)
	}
	if v.Rot != 0 && v.RotType == "pivot" {
		g.turned = boundsOf(g.resized(), v.Rot)
		if !g.canvas.none() {
			g.canvas = g.canvas.atLeast(g.turned)
		}
	}
}

func (g *geometry) meet(b box, v options.Values) {
	used := g.area.size()
	across, down := b.w/float64(used.w), b.h/float64(used.h)
	if b.w == 0 || b.h == 0 { // then every fit only keeps the ratio
		scale := max(across, down)
		if v.Fit == options.FitMax || v.Fit == options.FitMin || v.Fit == options.FitFillMax {
			scale = min(scale, 1)
		}
		g.scaled = used.times(scale)
		return
	}
	switch v.Fit {
	case options.FitScale:
		g.scaled = rounded(b)
	case options.FitCrop, options.FitFaceArea:
		g.crop(b, v)
	case options.FitMin:
		g.crop(b.times(min(1, 1/max(across, down))), v)
	case options.FitMax:
		g.scaled = used.times(min(across, down, 1))
	case options.FitFill, options.FitClamp:
		g.scaled, g.canvas = used.times(min(across, down)), rounded(b)
	case options.FitFillMax:
		g.scaled, g.canvas = used.times(min(across, down, 1)), rounded(b)
	default:
		g.scaled = used.times(min(across, down))
	}
}
