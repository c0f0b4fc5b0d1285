package format

import (
	"bytes"
	"image"
	"image/png"
	"testing"
)

func grey(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A PNG is sound behind each of its chunks and nowhere else, and no byte of
// it can be another.
func TestSoundPNG(t *testing.T) {
	data := grey(t, 64)
	const header = 8 + 25
	whole := map[int]bool{8: true, header: true, len(data) - 12: true, len(data): true}
	for n := range len(data) + 1 {
		if got := SoundPNG(data[:n]); got != whole[n] {
			t.Errorf("with %d of %d bytes it is sound: %v", n, len(data), got)
		}
	}
	for at := 8; at < len(data); at++ {
		flipped := bytes.Clone(data)
		flipped[at] ^= 0x10
		if SoundPNG(flipped) {
			t.Errorf("with byte %d another it is sound", at)
		}
	}
	if !SoundPNG(append(data, "trailing"...)) {
		t.Error("what follows the end matters")
	}
}

func FuzzSoundPNG(f *testing.F) {
	f.Add(grey(f, 4))
	f.Add([]byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT"))
	f.Fuzz(func(t *testing.T, data []byte) { SoundPNG(data) })
}
