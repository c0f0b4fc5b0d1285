package config

import (
	"errors"
	"fmt"
	"math"
)

// Limits are what one image may cost. Those of originals are checked before any of their pixels is
// decoded, and so is what memory alone decides.
type Limits struct {
	// Bytes of the original, 1–100,000,000. Default 50 MB: larger originals leave too little time to
	// download them. More than the upper bound is not streamed to the edge within Image.Timeout.
	Bytes int64

	// Pixels of an original, width × height of one frame, at least 1. Default 100 million: about 400
	// MB when decoded whole, which Image.Memory has to hold.
	Pixels int64

	// Frames of an animation, at least 1. Default 100: a few seconds of it.
	Frames int

	// TotalPixels of an original, width × height over all frames, at least Pixels. Default 100
	// million: animations take time by it, not memory.
	TotalPixels int64

	// Side is the longest width or height of an original, in pixels, at least 1. Default 65,535,
	// which is a JPEG's longest. An image is processed in lines: the longer they are, the more
	// memory they take.
	Side int

	// VariantSide is the longest width or height of a variant, in pixels, at least 1. Default 65,535;
	// options can ask for 8,192, and larger ones come of an operation's arguments. What exceeds it
	// is refused.
	VariantSide int

	// VariantPixels, width × height over all frames, at least 1. Default 100 million. A variant that
	// options would make larger is made as large as this; by arguments it is refused.
	VariantPixels int64

	// VariantBytes, 1–100,000,000. Default 100 MB. Image.Memory has to hold one variant beside the
	// codecs. The upper bound is what streams to the edge within Image.Timeout.
	VariantBytes int64

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
	mostBytes     = 100_000_000 // of an original, which is served as it is where no option is given, and of a variant
	bytesPerPixel = 4           // red, green, blue and alpha
)

// What the image function needs of its memory, in MiB.
const (
	ownMemory         = 64 // of its own, besides the one variant that it holds
	leastWorkerMemory = 48 // for a small photo
)

// WorkerMemory is how many MiB one image may take: what is left of the function's memory where the
// function has what it needs. An image that takes more is stopped, before Lambda stops them both.
func (s Service) WorkerMemory() int {
	const MiB = 1 << 20
	return s.Image.Memory - ownMemory - int((s.Limits.VariantBytes+MiB-1)/MiB)
}

// PlannedMemory is how many MiB the function holds at most until an image's variant comes. A worker that
// is stopped for its memory leaves it below that.
func (s Service) PlannedMemory() int { return s.WorkerMemory() + ownMemory }

func (l Limits) validate(memory, workerMemory int) error {
	room := int64(max(workerMemory, 0)) << 20 / bytesPerPixel
	return errors.Join(
		between("Limits.Bytes", l.Bytes, 1, mostBytes, "bytes"),
		between("Limits.Pixels", l.Pixels, 1, math.MaxInt64, "pixels"),
		between("Limits.Frames", l.Frames, 1, math.MaxInt32, "frames"),
		check(l.TotalPixels >= l.Pixels, "Limits.TotalPixels is %d, less than the %d of one frame: raise it, or lower Pixels", l.TotalPixels, l.Pixels),
		between("Limits.Side", l.Side, 1, math.MaxInt32, "pixels"),
		between("Limits.VariantSide", l.VariantSide, 1, math.MaxInt32, "pixels"),
		between("Limits.VariantPixels", l.VariantPixels, 1, math.MaxInt64, "pixels"),
		between("Limits.VariantBytes", l.VariantBytes, 1, mostBytes, "bytes"),
		check(memory < leastMemory || workerMemory >= leastWorkerMemory,
			"Limits.VariantBytes is %d, which leaves too little of Image.Memory's %d MiB to make an image: lower it to %d, or raise Memory",
			l.VariantBytes, memory, (memory-ownMemory-leastWorkerMemory)<<20),
		check(workerMemory < leastWorkerMemory || l.Pixels <= room,
			"Limits.Pixels is %d, which takes more when decoded than the %d MiB that Image.Memory leaves for an image: lower it to %d, or raise Memory",
			l.Pixels, workerMemory, room),
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
