package config

import (
	"errors"
	"fmt"
	"math"
)

// Limits are checked against an original before any of its pixels is decoded.
type Limits struct {
	// Bytes of the original, 1–100,000,000. Default 50 MB: larger originals leave too little time to
	// download them. More than the upper bound is not streamed to the edge within Image.Timeout.
	Bytes int64

	// Pixels, width × height over all frames, at least 1. Default 100 million: about 400 MB when
	// decoded whole, which Image.Memory has to hold.
	Pixels int64

	// Frames of an animation, at least 1. Default 100: a few seconds of it.
	Frames int

	// Decoders are the formats served besides JPEG, PNG, WebP, GIF and AVIF. Default none: TIFF and
	// SVG parsers have the longest record of vulnerabilities, so an operator turns them on
	// knowingly.
	Decoders []Decoder
}

// A Decoder is the name of a format that is off by default.
type Decoder string

const (
	TIFF Decoder = "tiff"
	SVG  Decoder = "svg"
)

const (
	mostBytes     = 100_000_000 // of an original, which is served as it is where no option is given
	bytesPerPixel = 4           // red, green, blue and alpha
)

func (l Limits) validate(memory int) error {
	room := int64(memory) << 20 / bytesPerPixel
	return errors.Join(
		between("Limits.Bytes", l.Bytes, 1, mostBytes, "bytes"),
		between("Limits.Pixels", l.Pixels, 1, math.MaxInt64, "pixels"),
		check(memory < leastMemory || l.Pixels <= room,
			"Limits.Pixels is %d, which takes more than the %d MiB of Image.Memory when decoded: lower it to %d, or raise Memory",
			l.Pixels, memory, room),
		between("Limits.Frames", l.Frames, 1, math.MaxInt32, "frames"),
		validateDecoders(l.Decoders),
	)
}

func validateDecoders(decoders []Decoder) error {
	var errs []error
	for i, d := range decoders {
		errs = append(errs, oneOf(fmt.Sprintf("Limits.Decoders[%d]", i), d, TIFF, SVG))
	}
	return errors.Join(append(errs, distinct("Limits.Decoders", decoders))...)
}
