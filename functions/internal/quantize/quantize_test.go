package quantize

import (
	"bytes"
	"testing"
)

func TestReduce(t *testing.T) {
	for _, c := range []struct {
		what         string
		bands, n     int
		pixels, want []byte
	}{
		{"as many as there are", 3, 2, []byte{1, 2, 3, 200, 100, 50}, []byte{1, 2, 3, 200, 100, 50}},
		{"the mean", 3, 1, []byte{0, 0, 0, 0, 0, 0, 90, 60, 30}, []byte{30, 20, 10, 30, 20, 10, 30, 20, 10}},
		{"the widest is cut", 3, 2, []byte{0, 0, 0, 0, 20, 0, 255, 10, 0}, []byte{0, 10, 0, 0, 10, 0, 255, 10, 0}},
		{"opacity stays", 4, 1, []byte{10, 10, 10, 255, 30, 30, 30, 7}, []byte{20, 20, 20, 255, 20, 20, 20, 7}},
		{"what is unseen does not count", 4, 1, []byte{10, 10, 10, 255, 200, 200, 200, 0}, []byte{10, 10, 10, 255, 0, 0, 0, 0}},
		{"nothing is seen", 4, 1, []byte{10, 10, 10, 0}, []byte{0, 0, 0, 0}},
		{"half a pixel", 3, 1, []byte{10, 20, 30, 40}, []byte{10, 20, 30, 40}},
	} {
		Reduce(c.pixels, c.bands, c.n)
		if !bytes.Equal(c.pixels, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.pixels, c.want)
		}
	}
}
