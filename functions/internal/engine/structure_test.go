package engine

import (
	"bytes"
	"testing"

	"primrose/functions/internal/problem"
)

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
