package engine

import (
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
