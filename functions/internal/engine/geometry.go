package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// maxSide is the longest side of a variant in pixels, as imgix has it.
const maxSide = 8192

type size struct{ w, h int }

func (s size) none() bool { return s == size{} }

func (s size) pixels() int64 { return int64(s.w) * int64(s.h) }

type rect struct{ x, y, w, h int }

func (r rect) size() size { return size{r.w, r.h} }

// geometry is what happens to an original's shape. All but the orientation
// is told of the image as seen, that is after orientation. A size that is
// none means that nothing happens there.
type geometry struct {
	orientation int  // EXIF's number of how to turn the stored image
	stored      size // of the original, before orientation
	area        rect // of the original that is used
	before      size // what a content-aware crop leaves, before enlarging
	scaled      size // what is resized to
	after       size // what a content-aware crop leaves, after shrinking
	canvas      size // what is filled up to
}

// planGeometry plans the way from an original of a stored size to what the
// options ask for. At most maxPixels come out.
func planGeometry(stored size, orientation int, v options.Values, maxPixels int64) geometry {
	seen := stored
	if orientation > 4 {
		seen = size{stored.h, stored.w}
	}
	g := geometry{orientation: orientation, stored: stored}
	used := within(seen, v.Rect)
	wanted := boxOf(used.size(), v)
	// How large what comes out is, only fitting tells; so fit again if it is
	// too much. Where rounding makes it too much once more, it takes a little
	// less than that.
	for shrink, less := 1.0, 1.0; ; less = 1.0001 {
		g.fit(used, wanted.times(shrink), v)
		excess := excessOf(g.out(), maxPixels)
		if excess <= 1 {
			return g
		}
		if wanted.none() {
			wanted = boxAround(used.size())
		}
		shrink /= excess * less
	}
}

// out is the size of the variant.
func (g geometry) out() size {
	for _, s := range []size{g.canvas, g.after, g.scaled} {
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
	x, y := min(r.X.Px, s.w), min(r.Y.Px, s.h)
	w, h := min(r.W.Px, s.w-x), min(r.H.Px, s.h-y)
	if w <= 0 || h <= 0 {
		return rect{0, 0, s.w, s.h}
	}
	return rect{x, y, w, h}
}

// box is what an image shall meet. A side of 0 is free.
type box struct{ w, h float64 }

func (b box) none() bool { return b == box{} }

func (b box) times(f float64) box { return box{b.w * f, b.h * f} }

func boxAround(s size) box { return box{float64(s.w), float64(s.h)} }

// boxOf returns the box that w, h, dpr and ar ask for.
func boxOf(used size, v options.Values) box {
	b := box{v.W.Of(used.w) * v.DPR, v.H.Of(used.h) * v.DPR}
	if v.AR == (options.Ratio{}) || v.Fit != options.FitCrop && v.Fit != options.FitFill {
		return b
	}
	ratio := v.AR.W / v.AR.H
	switch {
	case b.none():
		w, h := float64(used.w), float64(used.h)
		return box{min(w, h*ratio), min(h, w/ratio)}
	case b.h == 0:
		b.h = b.w / ratio
	case b.w == 0:
		b.w = b.h * ratio
	}
	return b
}

// fit plans how what is used of the original meets the box.
func (g *geometry) fit(area rect, b box, v options.Values) {
	g.area, g.before, g.scaled, g.after, g.canvas = area, size{}, size{}, size{}, size{}
	if b.none() {
		return
	}
	used := area.size()
	across, down := b.w/float64(used.w), b.h/float64(used.h)
	if b.w == 0 || b.h == 0 { // then every fit only keeps the ratio
		scale := max(across, down)
		if v.Fit == options.FitMax || v.Fit == options.FitMin {
			scale = min(scale, 1)
		}
		g.scaled = used.times(scale)
		return
	}
	switch v.Fit {
	case options.FitScale:
		g.scaled = rounded(b)
	case options.FitCrop:
		g.crop(used, b, v.Crop)
	case options.FitMin:
		g.crop(used, b.times(min(1, 1/max(across, down))), v.Crop)
	case options.FitMax:
		g.scaled = used.times(min(across, down, 1))
	case options.FitFill, options.FitClamp:
		g.scaled, g.canvas = used.times(min(across, down)), rounded(b)
	default:
		g.scaled = used.times(min(across, down))
	}
}

// crop plans to fill the box and to lose the rest. Sides and the centre are
// cut off before resizing. What a content-aware crop chooses from is made as
// small as it may be.
func (g *geometry) crop(used size, b box, where options.Crop) {
	scale := max(b.w/float64(used.w), b.h/float64(used.h))
	target := rounded(b)
	kept := rounded(b.times(1 / scale)).atMost(used)
	switch {
	case where&(options.CropEntropy|options.CropAttention) == 0:
		g.area.x += place(used.w-kept.w, where&options.CropLeft != 0, where&options.CropRight != 0)
		g.area.y += place(used.h-kept.h, where&options.CropTop != 0, where&options.CropBottom != 0)
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

// times returns the size scaled, at least 1 px a side.
func (s size) times(f float64) size {
	return rounded(box{float64(s.w) * f, float64(s.h) * f})
}

func (s size) atMost(o size) size { return size{min(s.w, o.w), min(s.h, o.h)} }

func (s size) atLeast(o size) size { return size{max(s.w, o.w), max(s.h, o.h)} }

func rounded(b box) size {
	return size{max(1, int(math.Round(b.w))), max(1, int(math.Round(b.h)))}
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
		if g.reduction() >= float64(2*n) {
			return n
		}
	}
	return 1
}

// scale returns at what scale, up to 1, a WebP's decoder may make its pixels.
// A factor of 2 is left here too: that takes 60 ms instead of 105 for 6
// megapixels and differs by 49 dB, all of it would be 48 ms and 39 dB.
func (g geometry) scale() float64 { return min(1, 2/g.reduction()) }

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
