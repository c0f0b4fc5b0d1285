package engine

import (
	"encoding/binary"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

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
	if n := countFrames(data); n > o.limits.Frames {
		return problem.New(problem.TooManyFrames, "the original has %d frames; the limit is %d", n, o.limits.Frames)
	}
	return nil
}

// countFrames counts the chunks of a WebP that hold an animation's frames. See
// https://developers.google.com/speed/webp/docs/riff_container.
func countFrames(data []byte) (frames int) {
	const riff, head = 12, 8
	rest, ok := skip(data, riff)
	for ok && len(rest) >= head {
		if string(rest[:4]) == "ANMF" {
			frames++
		}
		size := int(binary.LittleEndian.Uint32(rest[4:]))
		rest, ok = skip(rest, head+size+size&1)
	}
	return frames
}
