package magick

import (
	"strings"

	"primrose/functions/internal/vips"
)

func parseColorspace(s *settings, value string) error {
	switch strings.ToLower(value) {
	case "gray", "grey":
		return s.add(gray{})
	case "srgb":
		return s.add(srgb{})
	}
	return bad("-colorspace %s: it must be Gray or sRGB", quote(value))
}

// srgb gives a grey image three channels.
type srgb struct{}

func (srgb) apply(img *vips.Image, _ run) error {
	if img.Bands() >= 3 {
		return nil
	}
	return img.Apply("colourspace", vips.Args{"space": "srgb"})
}

// gray takes the colours away.
type gray struct{}

// luma weighs red, green and blue as ImageMagick does: Rec. ITU-R BT.709-6,
// item 3.2, on the encoded values; times three, as their mean is taken.
var luma = []float64{3 * 0.2126, 3 * 0.7152, 3 * 0.0722}

func (gray) apply(img *vips.Image, _ run) error {
	if img.Bands() < 3 {
		return nil
	}
	colours, err := img.With("extract_band", vips.Args{"band": 0, "n": 3})
	if err != nil {
		return err
	}
	defer colours.Close()
	if err := weigh(colours); err != nil {
		return err
	}
	if !img.HasAlpha() {
		become(img, colours.Copy())
		return nil
	}
	if err := img.Apply("extract_band", vips.Args{"band": 3}); err != nil {
		return err
	}
	var joined *vips.Image
	if err := vips.Call("bandjoin", vips.Args{"in": []*vips.Image{colours, img}, "out": &joined}); err != nil {
		return err
	}
	become(img, joined)
	return nil
}

// weigh makes one grey band of three.
func weigh(colours *vips.Image) error {
	if err := colours.Apply("linear", vips.Args{"a": luma, "b": []float64{0, 0, 0}}); err != nil {
		return err
	}
	if err := colours.Apply("bandmean", nil); err != nil {
		return err
	}
	if err := toBytes(colours); err != nil {
		return err
	}
	return colours.Apply("copy", vips.Args{"interpretation": "b-w"})
}
