package options

import "strings"

// set stores one normal value under its name. It fails where the value means
// nothing although its spelling is right: a colour name that does not exist.
func (v *Values) set(name, value string) bool {
	part := strings.Split(value, "_")
	switch name {
	case "w":
		v.W = whole(value)
	case "h":
		v.H = whole(value)
	case "dpr":
		v.DPR = atof(value)
	case "fit":
		v.Fit = Fit(value)
	case "crop":
		v.Crop = union(part, crops)
	case "ar":
		v.AR = Ratio{atof(part[0]), atof(part[1])}
	case "rect":
		v.Rect = Rect{whole(part[0]), whole(part[1]), whole(part[2]), whole(part[3])}
	case "bg":
		color, ok := parseColor(value)
		v.BG = color
		return ok
	case "fm":
		v.FM = value
	case "q":
		v.Q = whole(value)
	case "lossless":
		v.Lossless = value == "1"
	case "auto":
		v.Auto = union(part, autos)
	case "rot":
		v.Rot = whole(value)
	case "flip":
		v.Flip = flips[value]
	case "orient":
		v.Orient = orientation(value)
	case "blur":
		v.Blur = whole(value)
	case "sharp":
		v.Sharp = whole(value)
	default:
		panic("options: nothing keeps the option " + name)
	}
	return true
}

var crops = map[string]Crop{
	"top":       CropTop,
	"bottom":    CropBottom,
	"left":      CropLeft,
	"right":     CropRight,
	"center":    CropCenter,
	"entropy":   CropEntropy,
	"attention": CropAttention,
}

var autos = map[string]Auto{
	avif:       AutoAVIF,
	webp:       AutoWebP,
	"compress": AutoCompress,
}

var flips = map[string]Flip{
	"h":  FlipHorizontal,
	"v":  FlipVertical,
	"hv": FlipHorizontal | FlipVertical,
}

// orientation returns the EXIF orientation of its number or of degrees.
func orientation(value string) int {
	switch value {
	case "90":
		return 6
	case "180":
		return 3
	case "270":
		return 8
	}
	return whole(value)
}

// union returns the set of the words' members.
func union[S ~uint8](words []string, members map[string]S) S {
	var set S
	for _, word := range words {
		set |= members[word]
	}
	return set
}

// whole converts a normal number without decimals.
func whole(number string) int { return int(atof(number)) }
