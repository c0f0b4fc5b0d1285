package engine

import (
	"encoding/json"

	"primrose/functions/internal/format"
)

// describe answers fm=json: what the header tells, without decoding pixels.
func (o *original) describe() (Variant, error) {
	info := o.info
	if info.Format == format.JPEG {
		head, err := o.source.Sniff(tablesWithin)
		if err != nil {
			return Variant{}, o.broken(err)
		}
		info.Quality = jpegQuality(head)
	}
	length, err := o.source.Length()
	if err != nil {
		return Variant{}, o.broken(err)
	}
	info.Bytes = length
	body, err := json.Marshal(info)
	return Variant{Format: format.JSON, Width: info.Width, Height: info.Height, Frames: info.Frames, Body: body}, err
}
