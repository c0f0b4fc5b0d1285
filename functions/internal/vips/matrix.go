package vips

import (
	"fmt"
	"unsafe"
)

// FromMatrix makes an image of one band of float64 samples, which is how
// libvips takes matrices and tables of numbers. All rows are equally long.
func FromMatrix(rows ...[]float64) (*Image, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("a matrix needs a number")
	}
	width := len(rows[0])
	var numbers []float64
	for _, row := range rows {
		if len(row) != width {
			return nil, fmt.Errorf("a row of %d numbers in a matrix of rows of %d", len(row), width)
		}
		numbers = append(numbers, row...)
	}
	const double = 8
	data := (*byte)(unsafe.Pointer(unsafe.SliceData(numbers)))
	o := vipsImageNewMemory(data, uintptr(8*len(numbers)), int32(width), int32(len(rows)), 1, double)
	if o == 0 {
		return nil, takeError("image from a matrix")
	}
	return &Image{o}, nil
}
