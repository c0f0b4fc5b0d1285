package engine

import (
	"errors"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

// checkStructure refuses what decoders take and should not: it goes by the
// file's parts, whose contents it leaves to them.
func (o *original) checkStructure() error {
	switch o.info.Format {
	case format.JPEG:
		return o.checkScans()
	case format.PNG:
		return o.checkPNG()
	case format.GIF:
		return o.checkGIF()
	}
	return nil
}

// maxScans is how many scans a progressive JPEG may have. Encoders make ten or
// so. Each costs a walk over all of the image, however little it says: 5,000
// fit into a MB, and take a minute.
const maxScans = 100

// checkScans refuses a progressive JPEG that would be walked over too often.
func (o *original) checkScans() error {
	if several, _ := o.header.Int("jpeg-multiscan"); several == 0 {
		return nil
	}
	data, err := o.bytes()
	if err != nil {
		return err
	}
	if n := format.JPEGScans(data); n > maxScans {
		return problem.New(problem.TooExpensive, "the original is a JPEG of %d scans; the limit is %d: encode it again", n, maxScans)
	}
	return nil
}

// checkPNG refuses a PNG that was cut off or changed. libpng checks a chunk
// once it has read all of it: of the last pixels' chunk, and where no more
// than the first rows are wanted, that is never.
func (o *original) checkPNG() error {
	data, err := o.bytes()
	if err != nil {
		return err
	}
	if !format.SoundPNG(data) {
		return o.broken(errors.New("a chunk is incomplete or its checksum is wrong"))
	}
	return nil
}

// checkGIF refuses a GIF that was cut off.
func (o *original) checkGIF() error {
	data, err := o.bytes()
	if err != nil {
		return err
	}
	if !format.WholeGIF(data) {
		return o.broken(errors.New("the last block is incomplete"))
	}
	return nil
}

// checkWebP refuses a WebP of too many frames before its decoder sees it, who
// compares each frame with all others: 100,000 of them, 5 MB, take ten seconds.
func (o *original) checkWebP() error {
	if o.info.Format != format.WebP {
		return nil
	}
	data, err := o.bytes()
	if err != nil {
		return err
	}
	if n := format.WebPFrames(data); n > o.limits.Frames {
		return problem.New(problem.TooManyFrames, "the original has %d frames; the limit is %d", n, o.limits.Frames)
	}
	return nil
}
