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
	colors, err := img.With("extract_band", vips.Args{"band": 0, "n": 3})
	if err != nil {
		return err
	}
	defer colors.Close()
	if err := weigh(colors); err != nil {
		return err
	}
	if !img.HasAlpha() {
		img.Become(colors)
		return nil
	}
	if err := img.Apply("extract_band", vips.Args{"band": 3}); err != nil {
		return err
	}
	joined, err := vips.New("bandjoin", vips.Args{"in": []*vips.Image{colors, img}})
	if err != nil {
		return err
	}
	img.Become(joined)
	return nil
}

// weigh makes one grey band of three.
func weigh(colors *vips.Image) error {
	if err := colors.Apply("linear", vips.Args{"a": luma, "b": []float64{0, 0, 0}}); err != nil {
		return err
	}
	if err := colors.Apply("bandmean", nil); err != nil {
		return err
	}
	if err := toBytes(colors); err != nil {
		return err
	}
	return colors.Apply("copy", vips.Args{"interpretation": "b-w"})
}
