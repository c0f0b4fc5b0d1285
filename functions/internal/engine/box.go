package engine

import "primrose/functions/internal/options"

// cuts tells whether a fit fills the box and loses the rest.
func cuts(fit options.Fit) bool { return fit == options.FitCrop || fit == options.FitFaceArea }

// fills tells whether a fit fills the rest of the box with something else.
func fills(fit options.Fit) bool { return fit == options.FitFill || fit == options.FitFillMax }

// boxOf returns the box that the options ask of what is used of an original.
func boxOf(used size, v options.Values) box {
	b := box{v.W.Of(used.w) * v.DPR, v.H.Of(used.h) * v.DPR}
	if v.AR != (options.Ratio{}) && (cuts(v.Fit) || fills(v.Fit)) {
		b = b.shaped(v.AR.W/v.AR.H, used)
	}
	if v.Fit != options.FitCrop {
		return b
	}
	low, high := box{float64(v.MinW), float64(v.MinH)}, box{float64(v.MaxW), float64(v.MaxH)}
	if !low.none() || !high.none() {
		b = b.whole(used).between(low.times(v.DPR), high.times(v.DPR))
	}
	if v.Crop&options.CropFocalPoint != 0 && v.FocalZoom > 1 {
		b = b.whole(used) // to zoom in is to cut, whatever the box
	}
	return b
}

// shaped gives the box an aspect ratio if a side is free.
func (b box) shaped(ratio float64, used size) box {
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

// whole makes free sides what keeps the aspect ratio.
func (b box) whole(used size) box {
	all := boxAround(used)
	if b.none() {
		return all
	}
	return b.shaped(all.w/all.h, used)
}

// between holds the sides between bounds, of which those that are 0 are none.
// The lower goes before the upper, as in CSS.
func (b box) between(low, high box) box {
	if high.w > 0 {
		b.w = min(b.w, high.w)
	}
	if high.h > 0 {
		b.h = min(b.h, high.h)
	}
	return box{max(b.w, low.w), max(b.h, low.h)}
}
