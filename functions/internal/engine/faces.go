package engine

import (
	"math"

	"primrose/functions/internal/faces"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// wantsFaces reports whether options ask for where people's faces are.
func wantsFaces(v options.Values) bool {
	cropped := (v.Fit == options.FitCrop || v.Fit == options.FitMin) && v.Crop&options.CropFaces != 0
	return cropped || v.Fit == options.FitFaceArea || redacts(v)
}

// lookForFaces finds people's faces.
func (o *original) lookForFaces(v options.Values, _ timeline, seen *sight) (err error) {
	seen.faces, err = o.findFaces(v)
	return err
}

// findFaces returns where people's faces are in the original as seen, of an
// animation in the first frame that is shown, the largest first.
func (o *original) findFaces(v options.Values) ([]rect, error) {
	img, err := o.glance(v, faces.Side)
	if err != nil {
		return nil, err
	}
	defer img.Close()
	return facesOf(img, geometry{orientation: orientationOf(o.info, v), stored: o.size()}.seen(), faces.Side)
}

// facesOf returns where people's faces are in an upright picture, the largest
// first. They are told in pixels of a size: the picture's own, or that of what
// it was shrunk from. They are looked for in a picture whose longer side has so
// many pixels.
func facesOf(img *vips.Image, of size, side int) ([]rect, error) {
	grey, err := greyOf(img, side)
	if err != nil {
		return nil, err
	}
	var found []rect
	for _, square := range faces.Find(grey) {
		found = append(found, mapped(square, grey.Rect, of))
	}
	return found, nil
}

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

// describedFace is what fm=json tells of a face, in imgix's words and in pixels
// of the original as seen. Eyes and mouth are not looked for.
type describedFace struct {
	Bounds bounds `json:"bounds"`
}

type bounds struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// describeFaces decodes the original to tell of its faces.
func (o *original) describeFaces(v options.Values) ([]describedFace, error) {
	if err := o.mayLook(); err != nil {
		return nil, err
	}
	found, err := o.findFaces(v)
	told := make([]describedFace, 0, len(found))
	for _, face := range found {
		told = append(told, describedFace{bounds{face.x, face.y, face.w, face.h}})
	}
	return told, err
}
