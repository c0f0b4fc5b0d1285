package engine

import (
	"encoding/json"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/palette"
	"primrose/functions/internal/placeholder"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// standIn returns the format of the text that options ask for in a variant's
// place, or "": its palette or a hash of it.
func standIn(v options.Values) format.Format {
	switch to := format.Format(v.FM); {
	case v.Palette == "css":
		return format.CSS
	case v.Palette == "json":
		return format.JSON
	case to == format.BlurHash, to == format.ThumbHash:
		return to
	}
	return ""
}

// checkStandIn refuses a prefix that would be more than the beginning of a
// class's name.
func checkStandIn(v options.Values) error {
	if v.Palette == "css" && v.Prefix != "" && !palette.IsPrefix(v.Prefix) {
		return problem.New(problem.BadOption, "prefix must be the beginning of a CSS class: letters, digits, - and _, no digit first")
	}
	return nil
}

// describeVariant writes the text that stands for a variant's picture.
func (o *original) describeVariant(img *vips.Image, to format.Format, v options.Values) (Variant, error) {
	body, err := textOf(img, to, v)
	if err != nil {
		return Variant{}, o.broken(err)
	}
	return Variant{Format: to, Width: img.Width(), Height: img.Height(), Frames: 1, Body: body}, nil
}

func textOf(img *vips.Image, to format.Format, v options.Values) ([]byte, error) {
	if to == format.BlurHash || to == format.ThumbHash {
		picture, err := reduced(img, placeholder.Side, "linear")
		if err != nil {
			return nil, err
		}
		if to == format.BlurHash {
			return []byte(placeholder.BlurHash(picture)), nil
		}
		return []byte(placeholder.ThumbHash(picture)), nil
	}
	// No neighbours are mixed: only colours that are there count.
	picture, err := reduced(img, palette.Side, "nearest")
	if err != nil {
		return nil, err
	}
	found := palette.Of(picture, v.Colors)
	if to == format.CSS {
		prefix := v.Prefix
		if prefix == "" {
			prefix = "image"
		}
		return []byte(found.CSS(prefix)), nil
	}
	return json.Marshal(found)
}
