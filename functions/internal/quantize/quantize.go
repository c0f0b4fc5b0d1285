// Package quantize brings pixels to fewer colours, by the median cut method: P.
// Heckbert, Color image quantization for frame buffer display, SIGGRAPH 1982.
package quantize

import (
	"cmp"
	"math"
	"slices"
)

// Reduce leaves pixels n colours at most: red, green, blue and, where there are
// four bands, opacity. That stays as it is, and what can't be seen counts for
// nothing. There is no dithering: it would take the bytes that fewer colours
// shall save.
func Reduce(pixels []byte, bands, n int) {
	table := medianCut(count(pixels, bands), n)
	for at := 0; at+bands <= len(pixels); at += bands {
		copy(pixels[at:at+3], table[cell(pixels[at:])][:])
	}
}

// tint is what is known of the pixels whose colours share a cell.
type tint struct {
	cell  int
	count float64
	sum   [3]float64 // of their samples
}

func (t tint) mean(channel int) float64 { return t.sum[channel] / t.count }

// cells is how many there are: colours are counted in 5 bits a channel.
const cells = 1 << 15

// cell numbers that of a pixel.
func cell(pixel []byte) int {
	return int(pixel[0])>>3<<10 | int(pixel[1])>>3<<5 | int(pixel[2])>>3
}

// count counts the pixels that can be seen.
func count(pixels []byte, bands int) []tint {
	tints := make([]tint, cells)
	for at := 0; at+bands <= len(pixels); at += bands {
		if bands == 4 && pixels[at+3] == 0 {
			continue
		}
		t := &tints[cell(pixels[at:])]
		t.count++
		for channel := range 3 {
			t.sum[channel] += float64(pixels[at+channel])
		}
	}
	for i := range tints {
		tints[i].cell = i
	}
	return slices.DeleteFunc(tints, func(t tint) bool { return t.count == 0 })
}

// medianCut returns each cell's new colour, one of n.
func medianCut(tints []tint, n int) *[cells][3]byte {
	boxes := []box{boxOf(tints)}
	for len(boxes) < n {
		widest := 0
		for i := range boxes {
			if boxes[i].spread > boxes[widest].spread {
				widest = i
			}
		}
		if boxes[widest].spread == 0 {
			break
		}
		less, more := boxes[widest].halves()
		boxes[widest] = less
		boxes = append(boxes, more)
	}
	table := new([cells][3]byte)
	for _, b := range boxes {
		color := b.color()
		for _, t := range b.tints {
			table[t.cell] = color
		}
	}
	return table
}

// box is a part of the colours.
type box struct {
	tints   []tint
	channel int     // along which they differ most
	spread  float64 // by how much, squared and summed over the pixels
}

// boxOf finds the channel to cut along.
func boxOf(tints []tint) box {
	b := box{tints: tints}
	for channel := range 3 {
		var count, sum, squares float64
		for _, t := range tints {
			mean := t.mean(channel)
			count, sum, squares = count+t.count, sum+t.sum[channel], squares+mean*mean*t.count
		}
		if spread := squares - sum*sum/count; len(tints) > 1 && spread >= b.spread {
			b.channel, b.spread = channel, spread
		}
	}
	return b
}

// halves cuts the box where half of its pixels are on either side.
func (b box) halves() (less, more box) {
	slices.SortFunc(b.tints, func(s, t tint) int {
		return cmp.Or(cmp.Compare(s.mean(b.channel), t.mean(b.channel)), s.cell-t.cell)
	})
	var all, before float64
	for _, t := range b.tints {
		all += t.count
	}
	at := 0
	for at < len(b.tints)-1 && (at == 0 || before < all/2) {
		before += b.tints[at].count
		at++
	}
	return boxOf(b.tints[:at]), boxOf(b.tints[at:])
}

// color is the mean of the box's pixels.
func (b box) color() (color [3]byte) {
	var count float64
	for _, t := range b.tints {
		count += t.count
	}
	for channel := range 3 {
		var sum float64
		for _, t := range b.tints {
			sum += t.sum[channel]
		}
		color[channel] = byte(math.Round(sum / count))
	}
	return color
}
