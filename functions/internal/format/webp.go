package format

import "encoding/binary"

// WebPFrames counts the chunks of a WebP that hold an animation's frames. See
// https://developers.google.com/speed/webp/docs/riff_container.
func WebPFrames(data []byte) (frames int) {
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
