package engine

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// everything are limits that switch all decoders on.
func everything() Limits {
	l := DefaultLimits
	l.TIFF, l.SVG = true, true
	return l
}

// wantLoaders checks that of all of libvips' loaders just those of some formats
// may be called.
func wantLoaders(t *testing.T, formats ...format.Format) {
	t.Helper()
	allowed, blocked, err := vips.Operations("VipsForeignLoad")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range formats {
		source := loaders[f]
		name := strings.TrimSuffix(source, "_source")
		want = append(want, name, name+"_buffer", source)
	}
	slices.Sort(want)
	slices.Sort(allowed)
	if !slices.Equal(allowed, want) {
		t.Errorf("these loaders may be called: %q, want %q", allowed, want)
	}
	if len(blocked) == 0 {
		t.Error("no loader is blocked")
	}
}

// Whatever libvips brings along, now or in a later release, reads nothing
// unless it is on the list. What a job switches on is off before another.
func TestOnlyListedLoadersMayBeCalled(t *testing.T) {
	usual := []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF}
	photo := jpegOf(t, quarters(8, 8))
	for _, c := range []struct {
		limits Limits
		more   []format.Format
	}{
		{DefaultLimits, nil},
		{everything(), []format.Format{format.TIFF, format.SVG}},
		{DefaultLimits, nil},
	} {
		if _, err := runPipe(t, Job{Options: "w=4", Limits: c.limits}, photo); err != nil {
			t.Fatal(err)
		}
		wantLoaders(t, slices.Concat(usual, c.more)...)
	}
}

// The first bytes decide. What begins like nothing that is served is read by
// no loader, even where all are switched on; what begins like one format and
// goes on like another is a broken image of the first.
func TestFirstBytesChooseTheLoader(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>`
	photo := string(jpegOf(t, quarters(8, 8)))
	for name, head := range map[string]string{
		"nothing":               "",
		"PDF":                   "%PDF-1.7\n",
		"PostScript":            "%!PS-Adobe-3.0\n",
		"BMP":                   "BM\x36\x00\x00\x00",
		"ICO":                   "\x00\x00\x01\x00\x01\x00",
		"PPM":                   "P6 8 8 255\n",
		"Radiance":              "#?RADIANCE\n",
		"FITS":                  "SIMPLE  =                    T",
		"OpenEXR":               "\x76\x2f\x31\x01",
		"JPEG XL":               "\xff\x0a",
		"JPEG XL container":     "\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a",
		"JPEG 2000":             "\x00\x00\x00\x0cjP  \r\n\x87\n",
		"HEIC":                  "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"libvips":               "\x08\xf2\xa6\xb6",
		"Matlab":                "MATLAB 5.0 MAT-file",
		"NIfTI":                 "\x5c\x01\x00\x00",
		"BigTIFF":               "II+\x00\x08\x00\x00\x00",
		"CSV":                   "1,2,3\n4,5,6\n",
		"matrix":                "2 2\n1 0\n0 1\n",
		"ImageMagick's script":  "push graphic-context\n",
		"page with an image":    "<html><body>" + svg,
		"compressed SVG":        "\x1f\x8b\x08\x00",
		"image behind a byte":   " " + photo,
		"image behind a script": "<script>alert(1)</script>" + svg,
	} {
		for _, rest := range []string{"", photo, svg, strings.Repeat("\x00", 2000)} {
			if name == "nothing" && rest != "" {
				continue // and so it is the rest
			}
			if _, err := runPipe(t, Job{Options: "w=8", Limits: everything()}, []byte(head+rest)); code(err) != problem.UnsupportedFormat {
				t.Errorf("%s with %.8q behind it: %v, want %s", name, rest, err, problem.UnsupportedFormat)
			}
		}
	}
	heads := map[format.Format]string{
		format.JPEG: "\xff\xd8\xff",
		format.PNG:  "\x89PNG\r\n\x1a\n",
		format.WebP: "RIFF\x24\x00\x00\x00WEBP",
		format.AVIF: "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif",
		format.GIF:  "GIF89a",
		format.TIFF: "II*\x00",
	}
	for _, f := range slices.Sorted(maps.Keys(heads)) {
		for _, rest := range []string{svg, photo, "%PDF-1.7\n", strings.Repeat("\x00", 2000)} {
			if f == format.JPEG && rest == photo {
				continue // a decoder of JPEG looks for a marker to go on with
			}
			if _, err := runPipe(t, Job{Options: "w=8", Limits: everything()}, []byte(heads[f]+rest)); code(err) != problem.BrokenImage {
				t.Errorf("%s with %.8q behind its head: %v, want %s", f, rest, err, problem.BrokenImage)
			}
		}
	}
}
