package magick

import "testing"

// The sizes are those that ImageMagick 6.9.11 makes of a 70×46 image.
func TestGeometryOf(t *testing.T) {
	tests := []struct {
		text string
		w, h int
	}{
		{"100", 100, 66},
		{"x100", 152, 100},
		{"100x100", 100, 66},
		{"100X100", 100, 66},
		{"100.5", 101, 66},
		{"100x100!", 100, 100},
		{"100!", 100, 46},
		{"100x100^", 152, 100},
		{"100^", 152, 100},
		{"x20^", 30, 20},
		{"100x100^!", 100, 100},
		{"100x100>", 70, 46},
		{"50x50>", 50, 33},
		{"35x35^>", 53, 35},
		{"200x200^>", 70, 46},
		{"100x100<", 100, 66},
		{"50x50<", 70, 46},
		{"100x10<", 70, 46},
		{"50%", 35, 23},
		{"50%!", 35, 23},
		{"50%x25%", 35, 12},
		{"33.3%", 23, 15},
		{"1000@", 39, 25},
		{"10000@", 123, 81},
		{"10000@>", 70, 46},
		{"1000@>", 39, 25},
		{"1x1!", 1, 1},
		{"1", 1, 1},
		{"8192", 8192, 5383},
	}
	for _, test := range tests {
		g, ok := parseGeometry(test.text)
		if !ok {
			t.Errorf("%s is refused", test.text)
			continue
		}
		if w, h := g.of(70, 46); w != test.w || h != test.h {
			t.Errorf("%s of 70x46 is %dx%d, want %dx%d", test.text, w, h, test.w, test.h)
		}
	}
}
