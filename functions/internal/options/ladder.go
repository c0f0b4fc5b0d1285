package options

import (
	"cmp"
	"fmt"
	"math"
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
	rung := l.next(asked, atof(cmp.Or(values["dpr"], "1")))
	if h := atof(values["h"]); side == "w" && h >= 1 {
		values["h"] = format(min(max(math.Round(h*rung/asked), 1), 8192))
	}
	values[side] = format(rung)
	delete(values, "dpr")
}

// next is the first width that is not less than a size.
func (l Ladder) next(size, dpr float64) float64 {
	wanted := math.Round(size * dpr)
	for _, width := range l {
		if float64(width) >= wanted {
			return float64(width)
		}
	}
	return float64(l[len(l)-1])
}

func format(n float64) string { return strconv.Itoa(int(n)) }
