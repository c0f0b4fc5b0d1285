// Package faces finds people's faces in a picture, without a network and
// without a service: by the cascade of decision trees of N. Markuš et al.,
// "Object Detection with Pixel Intensity Comparisons Organized in Decision
// Trees" (2013), which pigo runs. It finds faces that are upright, look roughly
// ahead and are not covered. It knows nobody: it tells where a face is, never
// whose.
package faces

import (
	"cmp"
	_ "embed"
	"image"
	"slices"
	"sync"

	pigo "github.com/esimov/pigo/core"
)

// Side is how many pixels the longer side of a picture should have: faces of a
// 36th of it are found then, in about 150 ms. The time grows with its square.
const Side = 720

// Most is how many faces are told of at most.
const Most = 100

const (
	smallest = 20   // px, of the faces that are looked for; the cascade was trained on 24
	shift    = 0.1  // of its side, how far the window moves
	growth   = 1.1  // of the window, from one size to the next
	overlap  = 0.2  // intersection over union from which two windows show the same face
	surely   = 5    // the sum of a face's scores; photos without faces reach 4, small faces have 10 and more
	windows  = 5000 // are grouped at most, the best ones; the work grows with their square
)

// facefinder is the trained cascade that comes with pigo 1.4.6, under the MIT
// licence as pigo is.
//
//go:embed facefinder
var facefinder []byte

var classifier = sync.OnceValue(func() *pigo.Pigo {
	c, err := pigo.NewPigo().Unpack(facefinder)
	if err != nil {
		panic(err) // it is part of the program
	}
	return c
})

// Find returns the squares that faces fill from brow to chin, the largest first.
func Find(picture *image.Gray) []image.Rectangle {
	bounds := picture.Bounds()
	found := classifier().RunCascade(pigo.CascadeParams{
		MinSize:     smallest,
		MaxSize:     min(bounds.Dx(), bounds.Dy()),
		ShiftFactor: shift,
		ScaleFactor: growth,
		ImageParams: pigo.ImageParams{Pixels: picture.Pix, Rows: bounds.Dy(), Cols: bounds.Dx(), Dim: picture.Stride},
	}, 0)
	byScore := func(a, b pigo.Detection) int { return cmp.Compare(b.Q, a.Q) }
	slices.SortStableFunc(found, byScore)
	found = classifier().ClusterDetections(found[:min(len(found), windows)], overlap)
	slices.SortStableFunc(found, byScore)

	var squares []image.Rectangle
	for _, d := range found {
		corner := bounds.Min.Add(image.Pt(d.Col-d.Scale/2, d.Row-d.Scale/2))
		square := image.Rectangle{corner, corner.Add(image.Pt(d.Scale, d.Scale))}.Intersect(bounds)
		again := slices.ContainsFunc(squares, func(other image.Rectangle) bool { return covers(other, square) })
		if d.Q >= surely && !again && len(squares) < Most {
			squares = append(squares, square)
		}
	}
	slices.SortStableFunc(squares, func(a, b image.Rectangle) int { return cmp.Compare(area(b), area(a)) })
	return squares
}

// covers reports whether two squares overlap so far that they show one face: by
// half of the smaller one. Grouped windows may.
func covers(a, b image.Rectangle) bool { return 2*area(a.Intersect(b)) > min(area(a), area(b)) }

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }
