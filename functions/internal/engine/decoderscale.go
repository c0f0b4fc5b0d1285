package engine

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
	return min(scale, max(1, maxSide/longest))
}
