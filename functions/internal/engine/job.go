package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/options"
)

// Version is part of every variant's ETag. Raise it when the same options
// would make other pixels.
const Version = "2"

// Job is all that the engine is told besides the original's bytes. It
// travels from the image function to the worker as JSON.
type Job struct {
	Options string          `json:"options,omitempty"` // canonical options
	Program *magick.Program `json:"program,omitempty"` // ImageMagick's arguments instead of options
	Limits  Limits          `json:"limits"`
}

// NeedsFonts reports whether letters may have to be drawn: a text upon the
// picture, or that of an SVG, which any original may be where they are read.
// Options that can't be parsed draw nothing. No job can open fonts for which this
// is false, see package worker; so no step draws letters then.
func (j Job) NeedsFonts() bool {
	if j.Limits.Reads(format.SVG) {
		return true
	}
	parsed, err := options.Parse(j.Options)
	return err == nil && !parsed.Values().Text.Blank()
}

// Limits bound what one job may cost. What the header tells is held against
// them before any pixel is decoded.
type Limits struct {
	Bytes         int64 `json:"bytes"`         // of the original
	Pixels        int64 `json:"pixels"`        // of one of the original's frames
	Frames        int   `json:"frames"`        // of the original
	TotalPixels   int64 `json:"totalPixels"`   // of all of the original's frames together
	Side          int   `json:"side"`          // px, the original's width and height
	VariantSide   int   `json:"variantSide"`   // px, the variant's width and height
	VariantPixels int64 `json:"variantPixels"` // of all of the variant's frames together: larger ones are made as large as that
	VariantBytes  int64 `json:"variantBytes"`  // of the variant
	Memory        int   `json:"memory"`        // MiB that the process may hold; see also package worker
	TIFF          bool  `json:"tiff"`          // read TIFF originals
	SVG           bool  `json:"svg"`           // read SVG originals
}

// Enable switches on a decoder by the name of its format, tiff or svg, and
// reports whether it is one of these.
func (l *Limits) Enable(decoder string) bool {
	switch format.Format(decoder) {
	case format.TIFF:
		l.TIFF = true
	case format.SVG:
		l.SVG = true
	default:
		return false
	}
	return true
}

// Reads reports whether originals of a format are read.
func (l Limits) Reads(f format.Format) bool {
	switch f {
	case format.JPEG, format.PNG, format.WebP, format.GIF, format.AVIF:
		return true
	case format.TIFF:
		return l.TIFF
	case format.SVG:
		return l.SVG
	}
	return false
}

// DefaultLimits are the limits of a service that sets none. The sides are the
// longest of a JPEG (ITU-T T.81, B.2.2): what is wider is processed in lines so
// long that 100 megapixels of a PNG take 840 MB, where a square takes 90. The
// memory is what a function of 1,769 MiB has for its worker, see package config
// of the infrastructure.
var DefaultLimits = Limits{
	Bytes:         50_000_000,
	Pixels:        100_000_000,
	Frames:        100,
	TotalPixels:   100_000_000,
	Side:          65_535,
	VariantSide:   65_535,
	VariantPixels: 100_000_000,
	VariantBytes:  100_000_000,
	Memory:        1609,
}

// Variant is what the engine makes of an original: an encoded image, or
// what is known of it as JSON.
type Variant struct {
	Format format.Format `json:"format"`
	Width  int           `json:"width"`  // px, of one frame
	Height int           `json:"height"` // px, of one frame
	Frames int           `json:"frames"`
	Stages Stages        `json:"stages"`
	Body   []byte        `json:"-"` // travels beside the JSON
}

// Stages tells where a job's time went, in milliseconds.
type Stages struct {
	Header float64 `json:"header"` // until the header was read
	Encode float64 `json:"encode"` // decode, steps and encode: libvips runs them as one
}
