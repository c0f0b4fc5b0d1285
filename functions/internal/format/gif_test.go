package format

import "testing"

// A GIF is whole behind each of its blocks, and nowhere else.
func TestWholeGIF(t *testing.T) {
	const (
		screen    = "GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" // of two colours
		extension = "\x21\xff\x03abc\x02de\x00"
		frame     = "\x2c\x00\x00\x00\x00\x02\x00\x01\x00\x81" + "abcdefghijkl" + "\x02\x02\x44\x0a\x00" // of four colours
	)
	whole := map[int]bool{len(screen): true}
	data := screen
	for _, block := range []string{extension, frame, extension, frame, ";"} {
		data += block
		whole[len(data)] = true
	}
	for n := range len(data) + 1 {
		if got := WholeGIF([]byte(data[:n])); got != whole[n] {
			t.Errorf("with %d of %d bytes it is whole: %v", n, len(data), got)
		}
	}
	if !WholeGIF([]byte(data + "trailing")) {
		t.Error("what follows the trailer matters")
	}
}

func FuzzWholeGIF(f *testing.F) {
	f.Add([]byte("GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xff\x03abc\x00\x2c\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x02\x44\x0a\x00;"))
	f.Fuzz(func(t *testing.T, data []byte) { WholeGIF(data) })
}
