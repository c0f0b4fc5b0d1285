package magick

import "primrose/functions/internal/vips"

// crop keeps a rectangle, placed by gravity.
type crop struct {
	geometry
	gravity gravity
}

func parseCrop(s *settings, value string) error {
	g, ok := parseGeometry(value)
	switch {
	case !ok || g.area || g.fill || g.onlyShrink || g.onlyEnlarge:
		return bad("-crop %s: it must be WxH+X+Y or W%%xH%%+X+Y; sides are 0 to 65535 px, 0 for all that is left", quote(value))
	case !g.offset:
		return bad("-crop %s would cut the image into tiles; add an offset such as +0+0 to get one piece", quote(value))
	}
	return s.add(crop{g, s.gravity})
}

func (c crop) apply(img *vips.Image, _ run) error {
	width, height := img.Width(), img.Height()
	w, h := c.size(width, height)
	left, top := c.gravity.place(width, height, w, h, c.x, c.y)
	right, bottom := min(left+w, width), min(top+h, height)
	left, top = max(left, 0), max(top, 0)
	if left >= right || top >= bottom {
		return bad("-crop: the rectangle lies outside of the image, which is %dx%d px at that point", width, height)
	}
	return img.Apply("extract_area", vips.Args{"left": left, "top": top, "width": right - left, "height": bottom - top})
}

// size returns the rectangle's size in a w×h image.
func (c crop) size(w, h int) (int, int) {
	width, height := c.width, c.height
	if c.percent {
		width, height = float64(w)*width/100, float64(h)*height/100
	}
	return int(round(or(width, float64(w)))), int(round(or(height, float64(h))))
}
