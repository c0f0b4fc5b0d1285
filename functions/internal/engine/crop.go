package engine

import (
	"math"

	"primrose/functions/internal/options"
)

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
		g.area.x += beside(used.w-kept.w, v.Crop&options.CropLeft != 0, v.Crop&options.CropRight != 0, 0)
		g.area.y += beside(used.h-kept.h, v.Crop&options.CropTop != 0, v.Crop&options.CropBottom != 0, 0)
		g.area.w, g.area.h = kept.w, kept.h
		g.scaled = target
	case scale > 1:
		g.before, g.scaled = kept, target
	default:
		g.scaled, g.after = used.times(scale).atLeast(target), target
	}
}

// around returns how many of a side's pixels to leave before what is kept so
// that a point, told as a part of the side, comes to its middle as far as the
// side goes.
func around(point float64, side, kept int) int {
	before := int(math.Round(point*float64(side) - float64(kept)/2))
	return max(0, min(side-kept, before))
}
