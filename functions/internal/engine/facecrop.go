package engine

import (
	"math"

	"primrose/functions/internal/options"
)

// facesIn returns the faces that an area shows at least half of.
func facesIn(found []rect, area rect) (shown []rect) {
	for _, face := range found {
		if part := face.intersect(area); !part.none() && 2*part.size().pixels() >= face.size().pixels() {
			shown = append(shown, part)
		}
	}
	return shown
}

// aroundFaces returns the part of an area, of a size, that shows faces: all of
// them, or one by its index from 1. Where not all fit in, the largest goes
// before the others. There must be a face.
func aroundFaces(found []rect, index int, keep size, area rect) rect {
	wanted := unionOf(found)
	switch {
	case 0 < index && index <= len(found):
		wanted = found[index-1]
	case wanted.w > keep.w || wanted.h > keep.h:
		wanted = found[0]
	}
	return centred(wanted, keep, area)
}

// faceArea returns the part of an area that fit=facearea shows: faces, all of
// them or one by its index, each with as much room around it as facepad says.
// It has the box's aspect ratio if the box has one, and is the area itself where
// no face is.
func (g geometry) faceArea(area rect, b box, v options.Values) rect {
	found := facesIn(g.faces, area)
	switch {
	case len(found) == 0:
		return area
	case 0 < v.FaceIndex && v.FaceIndex <= len(found):
		found = found[v.FaceIndex-1:][:1]
	}
	var padded []rect
	for _, face := range found {
		room := float64(max(face.w, face.h)) * (v.FacePad - 1) / 2
		padded = append(padded, face.grown(int(math.Round(room))))
	}
	wanted := unionOf(padded)
	keep := boxAround(wanted.size())
	if b.w > 0 && b.h > 0 {
		ratio := b.w / b.h
		keep = box{max(keep.w, keep.h*ratio), max(keep.h, keep.w/ratio)}
		keep = keep.times(min(1, float64(area.w)/keep.w, float64(area.h)/keep.h))
	}
	return centred(wanted, rounded(keep).atMost(area.size()), area)
}

// centred returns the part of an area, of a size, whose middle is that of a
// rectangle, or as near to it as the area goes.
func centred(r rect, keep size, area rect) rect {
	at := func(from, length, keep, begin, room int) int {
		return max(begin, min(begin+room-keep, from+(length-keep)/2))
	}
	return rect{at(r.x, r.w, keep.w, area.x, area.w), at(r.y, r.h, keep.h, area.y, area.h), keep.w, keep.h}
}

func unionOf(rects []rect) (all rect) {
	for _, r := range rects {
		all = all.union(r)
	}
	return all
}
