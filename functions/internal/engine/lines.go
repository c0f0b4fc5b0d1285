package engine

import (
	"encoding/binary"
	"math"

	"primrose/functions/internal/vips"
)

// lines are an image's rows or columns, as the sum of each channel.
type lines [][]float64

// project sums up an image's columns, from the left, and rows, from the top.
// It reads the image once, from the top.
func project(img *vips.Image) (columns, rows lines, err error) {
	var across, down *vips.Image
	if err := vips.Call("project", vips.Args{"in": img, "columns": &across, "rows": &down}); err != nil {
		return nil, nil, err
	}
	defer across.Close()
	defer down.Close()
	if columns, err = linesOf(across); err != nil {
		return nil, nil, err
	}
	rows, err = linesOf(down)
	return columns, rows, err
}

// linesOf reads sums that lie in an image of one row or one column.
func linesOf(sums *vips.Image) (lines, error) {
	if err := sums.Apply("cast", vips.Args{"format": "double"}); err != nil {
		return nil, err
	}
	data, err := sums.Pixels()
	if err != nil {
		return nil, err
	}
	found := make(lines, sums.Width()*sums.Height())
	for i := range found {
		found[i] = make([]float64, sums.Bands())
		for band := range found[i] {
			found[i][band] = math.Float64frombits(binary.NativeEndian.Uint64(data))
			data = data[8:]
		}
	}
	return found, nil
}

// between returns the stretch from the first line that shows something to the
// last. What that means may differ at the two ends.
func (l lines) between(first, last func(sums []float64) bool) (from, length int) {
	to := len(l)
	for from < to && !first(l[from]) {
		from++
	}
	for to > from && !last(l[to-1]) {
		to--
	}
	return from, to - from
}

// moment tells how a channel's samples are spread.
type moment struct{ mean, deviation float64 }

// moments returns the moments of a line of so many pixels, of which the
// channels and then their squares were summed up.
func moments(sums []float64, length int) []moment {
	n, bands := float64(length), len(sums)/2
	found := make([]moment, bands)
	for band := range found {
		mean := sums[band] / n
		found[band] = moment{mean, math.Sqrt(max(0, sums[bands+band]/n-mean*mean))}
	}
	return found
}

// withSquares puts the squares of an image's channels behind them. Colours
// count as much as they are seen.
func withSquares(img *vips.Image) (*vips.Image, error) {
	seen := img.Copy()
	defer seen.Close()
	if img.HasAlpha() {
		if err := chain(seen, operation{"premultiply", nil}, operation{"cast", vips.Args{"format": img.Format()}}); err != nil {
			return nil, err
		}
	}
	squares, err := seen.With("multiply", vips.Args{"right": seen})
	if err != nil {
		return nil, err
	}
	defer squares.Close()
	return vips.New("bandjoin", vips.Args{"in": []*vips.Image{seen, squares}})
}
