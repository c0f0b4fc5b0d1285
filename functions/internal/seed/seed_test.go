package seed

import (
	"bytes"
	"testing"

	"primrose/functions/internal/format"
)

// Every format that is read has an original, which is of the format that it
// is said to be, and the same each time: what was found with one can be found
// again.
func TestImages(t *testing.T) {
	images, err := Images()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Images()
	if err != nil {
		t.Fatal(err)
	}
	names, formats := map[string]bool{}, map[format.Format]bool{}
	for i, img := range images {
		if got := format.Sniff(img.Data); got != img.Format {
			t.Errorf("%s is sniffed as %q", img.Name, got)
		}
		if names[img.Name] {
			t.Errorf("there are two of %s", img.Name)
		}
		if !bytes.Equal(img.Data, again[i].Data) {
			t.Errorf("%s is another file the second time", img.Name)
		}
		names[img.Name], formats[img.Format] = true, true
	}
	for _, f := range []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF, format.TIFF, format.SVG} {
		if !formats[f] {
			t.Errorf("there is no %s", f)
		}
	}
}
