package options

import "strings"

// Length is a number of pixels, or a part of a side of the original's. One that
// is none is free.
type Length struct {
	Px   int
	Part float64 // 0.0001 to 1; 0 if it is in pixels
}

// Lengths are one of the width and one of the height.
type Lengths struct{ X, Y Length }

// None tells whether no length is given.
func (l Length) None() bool { return l == Length{} }

// Of returns the length in pixels beside a side of so many.
func (l Length) Of(side int) float64 {
	if l.Part != 0 {
		return l.Part * float64(side)
	}
	return float64(l.Px)
}

// Ratio is an aspect ratio; its zero value is none.
type Ratio struct{ W, H float64 }

// Rect is a rectangle; its zero value is none. Words stand for where it lies by
// itself: left, center and right, top, middle and bottom.
type Rect struct {
	X, Y Length
	AtX  string // left, center or right; "" where X counts
	AtY  string // top, middle or bottom; "" where Y counts
	W, H Length
}

// Color is an sRGB colour. Set tells black from absent.
type Color struct {
	R, G, B, A uint8
	Set        bool
}

// Duo is two colours. They are both set or both absent.
type Duo struct{ First, Second Color }

// Stroke is a line's width in pixels and its colour.
type Stroke struct {
	Width int
	Color Color
}

// Corners are a radius in pixels for each corner; Set tells 0 from absent.
type Corners struct {
	TopLeft, TopRight, BottomRight, BottomLeft int
	Set                                        bool
}

// Source is an original's key, or a word or a colour in the place of one. At
// most one of them is given.
type Source struct {
	Key   string
	Word  string
	Color Color
}

// None tells whether nothing is given.
func (s Source) None() bool { return s == Source{} }

// Orientation is EXIF's, 1 to 8; 0 is the original's own.
type Orientation int

// Flip is a set of axes.
type Flip uint8

const (
	FlipHorizontal Flip = 1 << iota
	FlipVertical
)

// Crop is a set of where to keep the image when it is cut.
type Crop uint16

const (
	CropTop Crop = 1 << iota
	CropBottom
	CropLeft
	CropRight
	CropCenter
	CropEntropy   // where the most information is
	CropEdges     // where the most edges are
	CropAttention // where the eye is likely to look
	CropFaces
	CropFocalPoint
)

// Align is a set of where to put something.
type Align uint8

const (
	AlignTop Align = 1 << iota
	AlignMiddle
	AlignBottom
	AlignLeft
	AlignCenter
	AlignRight
)

// Clip is a set of what to lose of a text that is too long.
type Clip uint8

const (
	ClipStart Clip = 1 << iota
	ClipMiddle
	ClipEnd
	ClipEllipsis // show that something is lost
)

// Auto is a set of what the service may decide by itself.
type Auto uint8

const (
	AutoAVIF     Auto = 1 << iota // may answer in AVIF: the viewer accepts it
	AutoWebP                      // may answer in WebP
	AutoCompress                  // may trade quality for bytes
	AutoEnhance                   // may change light and colour
)

// The members of the sets, by the table's words.
var (
	flips = map[string]Flip{"h": FlipHorizontal, "v": FlipVertical, "hv": FlipHorizontal | FlipVertical}
	crops = map[string]Crop{
		"top": CropTop, "bottom": CropBottom, "left": CropLeft, "right": CropRight, "center": CropCenter, "entropy": CropEntropy,
		"edges": CropEdges, "attention": CropAttention, "faces": CropFaces, "focalpoint": CropFocalPoint,
	}
	aligns = map[string]Align{
		"top": AlignTop, "middle": AlignMiddle, "bottom": AlignBottom, "left": AlignLeft, "center": AlignCenter, "right": AlignRight,
	}
	clips = map[string]Clip{"start": ClipStart, "middle": ClipMiddle, "end": ClipEnd, "ellipsis": ClipEllipsis}
	autos = map[string]Auto{avif: AutoAVIF, webp: AutoWebP, "compress": AutoCompress, "enhance": AutoEnhance}
)

// parse methods read a normal value, whose places are separated by "_". They
// fail where it means nothing although its spelling is right: a colour name
// that does not exist.

func (s *Flip) parse(value string) bool  { return union(s, value, flips) }
func (s *Crop) parse(value string) bool  { return union(s, value, crops) }
func (s *Align) parse(value string) bool { return union(s, value, aligns) }
func (s *Clip) parse(value string) bool  { return union(s, value, clips) }
func (s *Auto) parse(value string) bool  { return union(s, value, autos) }

// union makes a set of the words' members.
func union[S ~uint8 | ~uint16](set *S, words string, members map[string]S) bool {
	*set = 0
	for word := range strings.SplitSeq(words, "_") {
		*set |= members[word]
	}
	return true
}

func (l *Length) parse(value string) bool {
	*l = Length{Px: whole(value)}
	if n := atof(value); 0 < n && n < 1 {
		*l = Length{Part: n}
	}
	if value == "full" {
		*l = Length{Part: 1}
	}
	return true
}

func (l *Lengths) parse(value string) bool {
	x, y, _ := strings.Cut(value, "_")
	return l.X.parse(x) && l.Y.parse(y)
}

func (r *Ratio) parse(value string) bool {
	w, h, _ := strings.Cut(value, "_")
	*r = Ratio{atof(w), atof(h)}
	return true
}

func (r *Rect) parse(value string) bool {
	place := strings.Split(value, "_")
	*r = Rect{}
	if only(place[0], letters) {
		r.AtX, place[0] = place[0], "0"
	}
	if only(place[1], letters) {
		r.AtY, place[1] = place[1], "0"
	}
	return r.X.parse(place[0]) && r.Y.parse(place[1]) && r.W.parse(place[2]) && r.H.parse(place[3])
}

func (c *Color) parse(value string) (ok bool) {
	*c, ok = parseColor(value)
	return ok
}

func (d *Duo) parse(value string) bool {
	first, second, _ := strings.Cut(value, "_")
	return d.First.parse(first) && d.Second.parse(second)
}

func (s *Stroke) parse(value string) bool {
	width, color, _ := strings.Cut(value, "_")
	s.Width = whole(width)
	return s.Color.parse(color)
}

func (c *Corners) parse(value string) bool {
	place := strings.Split(value, "_")
	for len(place) < 4 {
		place = append(place, place[0])
	}
	*c = Corners{whole(place[0]), whole(place[1]), whole(place[2]), whole(place[3]), true}
	return true
}

// parse reads a path's normal value: a key is in base64url, and since it begins
// with a slash there, in a capital letter, which no word and no colour does.
func (s *Source) parse(value string) bool {
	*s = Source{}
	if key, ok := unbase64(value); ok && strings.HasPrefix(key, "/") {
		s.Key = key[1:]
		return true
	}
	if s.Color.parse(value) {
		return true
	}
	s.Word = value
	return value == "ellipse" || value == "corners"
}

// parse reads EXIF's number or degrees clockwise.
func (o *Orientation) parse(value string) bool {
	switch value {
	case "90":
		*o = 6
	case "180":
		*o = 3
	case "270":
		*o = 8
	default:
		*o = Orientation(whole(value))
	}
	return true
}

// whole converts a normal number without decimals.
func whole(number string) int { return int(atof(number)) }
