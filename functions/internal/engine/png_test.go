package engine

import (
	"bytes"
	"testing"

	"primrose/functions/internal/problem"
)

// A PNG is sound behind each of its chunks and nowhere else, and no byte of
// it can be another.
func TestSoundPNG(t *testing.T) {
	data := pngOf(t, quarters(64, 64))
	const header = 8 + 25
	whole := map[int]bool{8: true, header: true, len(data) - 12: true, len(data): true}
	for n := range len(data) + 1 {
		if got := soundPNG(data[:n]); got != whole[n] {
			t.Errorf("with %d of %d bytes it is sound: %v", n, len(data), got)
		}
	}
	for at := 8; at < len(data); at++ {
		flipped := bytes.Clone(data)
		flipped[at] ^= 0x10
		if soundPNG(flipped) {
			t.Errorf("with byte %d another it is sound", at)
		}
	}
	if !soundPNG(append(data, "trailing"...)) {
		t.Error("what follows the end matters")
	}
}

// What is wrong behind the rows that are wanted is found nonetheless.
func TestFlippedPNG(t *testing.T) {
	img := noise(64, 64)
	data := pngOf(t, img)
	for _, at := range []int{len(data) / 2, len(data) - 12 - 5} {
		flipped := bytes.Clone(data)
		flipped[at] ^= 1
		for _, options := range []string{"", "rect=0_0_64_4"} {
			if _, err := runPipe(t, Job{Options: options}, flipped); code(err) != problem.BrokenImage {
				t.Errorf("byte %d of %d, %q: %v", at, len(data), options, err)
			}
		}
	}
}

func FuzzSoundPNG(f *testing.F) {
	f.Add(pngOf(f, quarters(4, 4)))
	f.Add([]byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT"))
	f.Fuzz(func(t *testing.T, data []byte) { soundPNG(data) })
}
