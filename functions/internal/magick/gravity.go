package magick

import "strings"

// gravity is the side or corner that a crop's offset is measured from. Its
// zero value is the top left corner.
type gravity struct{ x, y int } // 0 left or top, 1 centre, 2 right or bottom

var gravities = map[string]gravity{
	"northwest": {0, 0}, "north": {1, 0}, "northeast": {2, 0},
	"west": {0, 1}, "center": {1, 1}, "east": {2, 1},
	"southwest": {0, 2}, "south": {1, 2}, "southeast": {2, 2},
	"none": {0, 0},
}

func parseGravity(s *settings, value string) error {
	g, ok := gravities[strings.ToLower(value)]
	if !ok {
		return bad("-gravity %s: it must be NorthWest, North, NorthEast, West, Center, East, SouthWest, South, SouthEast or None", quote(value))
	}
	s.gravity = g
	return nil
}

// place returns the left and top edge of a w×h rectangle in a width×height
// image, moved inwards from the gravity's side by x and y; from the centre,
// to the right and down.
func (g gravity) place(width, height, w, h, x, y int) (left, top int) {
	return along(g.x, width, w, x), along(g.y, height, h, y)
}

func along(side, whole, part, offset int) int {
	switch side {
	case 0:
		return offset
	case 1:
		return whole/2 - part/2 + offset
	}
	return whole - part - offset
}
