package format

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
)

func TestJPEGQuality(t *testing.T) {
	for _, quality := range []int{1, 10, 25, 50, 51, 75, 83, 95, 99, 100} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		if got := JPEGQuality(b.Bytes()); got != quality {
			t.Errorf("quality %d is estimated as %d", quality, got)
		}
	}
	for _, head := range []string{"", "\xff\xd8", "\xff\xd8\xff\xda\x00\x04", "\xff\xd8\xff\xdb\x00\x03\x00", "\xff\xd8\xff\xdb\xff\xff"} {
		if got := JPEGQuality([]byte(head)); got != 0 {
			t.Errorf("quality of %q is %d, want none", head, got)
		}
	}
}

func FuzzJPEGQuality(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("\xff\xd8\xff\xff\xff\xe0\x00\x02\xff\xdb\x00\x43\x10"))
	f.Fuzz(func(t *testing.T, head []byte) {
		if q := JPEGQuality(head); q < 0 || q > 100 {
			t.Errorf("quality %d", q)
		}
	})
}
