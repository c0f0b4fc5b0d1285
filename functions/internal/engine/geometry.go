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
	orientation int    // EXIF's number of how to turn the stored image
	stored      size   // of the original, before orientation
	faces       []rect // people's, the largest first, where an option asks for them
	area        rect   // of the original that is used
	exact       bool   // nothing beside the area may show, not even mixed into its edge
	before      size   // what a content-aware crop leaves, before enlarging
	scaled      size   // what is resized to
	after       size   // what a content-aware crop leaves, after shrinking
	turned      size   // the frame that a rotated one needs
	canvas      size   // what is filled up to
	padding     edges  // around all of that
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
	all := rect{0, 0, s.w, s.h}
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

// contentAware are the crops that are decided on the frame itself.
const contentAware = options.CropEntropy | options.CropEdges | options.CropAttention

// crop plans to fill the box and to lose the rest. Faces, sides, the centre and
// the focal point's surroundings are cut out before resizing. What a
// content-aware crop chooses from is made as small as it may be.
func (g *geometry) crop(b box, v options.Values) {
	used := g.area.size()
	scale := max(b.w/float64(used.w), b.h/float64(used.h))
	target := rounded(b)
	kept := rounded(b.times(1 / scale)).atMost(used)
	people := facesIn(g.faces, g.area)
	switch {
	case v.Crop&options.CropFaces != 0 && len(people) > 0:
		g.area, g.scaled = aroundFaces(people, v.FaceIndex, kept, g.area), target
	case v.Crop&options.CropFocalPoint != 0:
		kept = kept.times(1 / v.FocalZoom)
		g.area.x += around(v.FocalX, used.w, kept.w)
		g.area.y += around(v.FocalY, used.h, kept.h)
		g.area.w, g.area.h = kept.w, kept.h
		g.scaled = target
	case v.Crop&contentAware == 0:
		g.area.x += place(used.w-kept.w, v.Crop&options.CropLeft != 0, v.Crop&options.CropRight != 0)
		g.area.y += place(used.h-kept.h, v.Crop&options.CropTop != 0, v.Crop&options.CropBottom != 0)
		g.area.w, g.area.h = kept.w, kept.h
		g.scaled = target
	case scale > 1:
		g.before, g.scaled = kept, target
	default:
		g.scaled, g.after = used.times(scale).atLeast(target), target
	}
}

// place returns how much of the spare pixels to leave before what is kept.
func place(spare int, first, last bool) int {
	switch {
	case first && !last:
		return 0
	case last && !first:
		return spare
	}
	return spare / 2
}

// around returns how many of a side's pixels to leave before what is kept so
// that a point, told as a part of the side, comes to its middle as far as the
// side goes.
func around(point float64, side, kept int) int {
	before := int(math.Round(point*float64(side) - float64(kept)/2))
	return max(0, min(side-kept, before))
}

// reduction returns by what factor resizing shrinks; less than 1 enlarges.
func (g geometry) reduction() float64 {
	from, to := g.area.size(), g.scaled
	if !g.before.none() {
		from = g.before
	}
	if to.none() {
		return 1
	}
	return min(float64(from.w)/float64(to.w), float64(from.h)/float64(to.h))
}

// shrink returns by what a JPEG's decoder may shrink: 1, 2, 4 or 8. At least
// a factor of 2 is left to the better filter of resizing: where the decoder
// does it all, photos lose up to 20 dB of PSNR (bench/shrink.mjs shows which).
func (g geometry) shrink() int {
	for _, n := range []int{8, 4, 2} {
		if !g.exact && g.reduction() >= float64(2*n) {
			return n
		}
	}
	return 1
}

// scale returns at what scale, up to 1, a WebP's decoder may make its pixels.
// A factor of 2 is left here too: that takes 60 ms instead of 105 for 6
// megapixels and differs by 49 dB, all of it would be 48 ms and 39 dB.
func (g geometry) scale() float64 {
	if g.exact {
		return 1
	}
	return min(1, 2/g.reduction())
}

// svgScale returns the scale at which an SVG is drawn: that of the result, so
// that it is sharp.
func (g geometry) svgScale() float64 {
	if g.scaled.none() {
		return 1
	}
	scale := max(float64(g.scaled.w)/float64(g.area.w), float64(g.scaled.h)/float64(g.area.h))
	longest := float64(max(g.stored.w, g.stored.h))
	return math.Min(scale, max(1, maxSide/longest))
}
