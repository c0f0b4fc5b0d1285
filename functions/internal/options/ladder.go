package options

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Ladder is the widths in pixels, ascending, to which a stage rounds what is
// asked for, so that few variants serve all sizes. An empty one serves any.
//
// What is asked for is w times dpr, or h times dpr where there is no w. It is
// rounded up to the next width, or down to the last. Beside w, h keeps the
// ratio that it has to it. The other options stay as they are: ar is a ratio
// already, rect counts the original's pixels. So does a request without w and
// h, which asks for no size, and a size that is a part of the original's.
//
// dpr goes into the size, so that it makes no variants of its own. It stays
// beside options that may be lengths, which it multiplies, too; then w and h are
// what it makes about that size of.
//
// This is for sites that ask for any width there is. It is no defence: who wants
// variants without end still has h, q or rect. Signatures are one.
type Ladder []int

// ParseLadder reads widths as in "320,640,1280".
func ParseLadder(text string) (Ladder, error) {
	var l Ladder
	for width := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(width)
		if err != nil || n < 1 || n > 8192 || len(l) > 0 && n <= l[len(l)-1] {
			return nil, fmt.Errorf("%q is out of place: write ascending widths from 1 to 8192, as in 320,640", width)
		}
		l = append(l, n)
	}
	return l, nil
}

// climb rounds the size among normal values.
func (l Ladder) climb(values map[string]string) {
	side := "w"
	if values[side] == "" {
		side = "h"
	}
	asked := atof(values[side])
	if len(l) == 0 || asked < 1 {
		return
	}
	dpr := atof(cmp.Or(values["dpr"], "1"))
	size := l.next(math.Round(asked * dpr))
	if onlySizes(values) {
		delete(values, "dpr")
	} else {
		size = pixels(size / dpr)
	}
	if h := atof(values["h"]); side == "w" && h >= 1 {
		values["h"] = format(pixels(h * size / asked))
	}
	values[side] = format(size)
}

// sizes are the options beside which no length in pixels is left that dpr
// multiplies.
var sizes = []string{"w", "h", "dpr", "fit", "crop", "ar", "rect", "fm", "q", "auto", "bg"}

func onlySizes(values map[string]string) bool {
	for name := range values {
		if !slices.Contains(sizes, name) {
			return false
		}
	}
	return true
}

// pixels rounds a length to what w and h can be.
func pixels(length float64) float64 { return min(max(math.Round(length), 1), 8192) }

// next is the first width that is not less than a size.
func (l Ladder) next(wanted float64) float64 {
	for _, width := range l {
		if float64(width) >= wanted {
			return float64(width)
		}
	}
	return float64(l[len(l)-1])
}

func format(n float64) string { return strconv.Itoa(int(n)) }
