package engine

import (
	"bytes"
	"testing"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// A TIFF may have any number of channels and not say what they mean. Three or
// four are taken for colours; what else there is, no step must stumble over.
func TestChannelsOfNoMeaning(t *testing.T) {
	limits := DefaultLimits
	limits.TIFF = true
	for bands, want := range map[int]problem.Code{1: "", 2: "", 3: "", 4: "", 5: problem.UnsupportedFormat, 9: problem.UnsupportedFormat} {
		original := channels(t, bands)
		for _, options := range []string{"fm=png", "fm=jpg,sharp=20", "bg=1eb41e,fm=png,w=20", "crop=attention,fit=crop,h=9,w=9"} {
			if _, err := runPipe(t, Job{Options: options, Limits: limits}, original); code(err) != want {
				t.Errorf("%d channels, %s: %v", bands, options, err)
			}
		}
	}
}

// channels makes a TIFF of that many channels that mean nothing.
func channels(t *testing.T, bands int) []byte {
	t.Helper()
	img, err := vips.FromPixels(make([]byte, 32*32), 32, 32, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if bands > 1 {
		if err := img.Apply("bandjoin_const", vips.Args{"c": make([]float64, bands-1)}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := img.Save("tiffsave_buffer", nil)
	if err != nil {
		t.Fatal(err)
	}
	entry := []byte{6, 1, 3, 0, 1, 0, 0, 0} // PhotometricInterpretation: one number of two bytes follows
	at := bytes.Index(data, entry) + len(entry)
	if at < len(entry) {
		t.Fatal("the TIFF doesn't say what its channels mean")
	}
	data[at], data[at+1] = 0xff, 0xff
	return data
}
