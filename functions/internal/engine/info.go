package engine

import "primrose/functions/internal/format"

// Info is what `fm=json` tells of an original.
type Info struct {
	Format      format.Format `json:"format"`
	Width       int           `json:"width"`       // px, as stored: before orientation is applied
	Height      int           `json:"height"`      // px, of one frame
	Orientation int           `json:"orientation"` // EXIF, 1 to 8
	Frames      int           `json:"frames"`
	Alpha       bool          `json:"alpha"`
	ColorSpace  string        `json:"colorSpace"`        // srgb, gray, cmyk, lab …
	Depth       int           `json:"depth"`             // bits a channel
	Profile     bool          `json:"profile"`           // has an ICC profile embedded
	Quality     int           `json:"quality,omitempty"` // JPEG: 1 to 100, estimated from its tables
	Bytes       int64         `json:"bytes"`
}
