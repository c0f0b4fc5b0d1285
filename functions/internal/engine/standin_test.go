package engine

import (
	"encoding/json"
	"image"
	"image/color"
	"net/url"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/palette"
	"primrose/functions/internal/placeholder"
	"primrose/functions/internal/problem"
)

// The hashes are those of the variant's pixels: of a picture that is small
// enough, exactly, whatever auto permits.
func TestPlaceholders(t *testing.T) {
	opaque, holed := quarters(64, 40), holes(scene(80, 60))
	for _, c := range []struct {
		query   string
		picture *image.NRGBA
		want    string
	}{
		{"fm=blurhash", opaque, placeholder.BlurHash(opaque)},
		{"fm=thumbhash", opaque, placeholder.ThumbHash(opaque)},
		{"fm=blurhash&flip=h", opaque, placeholder.BlurHash(quarters(64, 40, green, red, yellow, blue))},
		{"fm=thumbhash&rect=0,0,32,20", opaque, placeholder.ThumbHash(paper(32, 20, red))},
		{"fm=thumbhash", holed, placeholder.ThumbHash(holed)},
		{"fm=blurhash&bg=204060", holed, placeholder.BlurHash(under(holed, color.NRGBA{0x20, 0x40, 0x60, 255}))},
		{"fm=blurhash", holed, placeholder.BlurHash(under(holed, white))},
	} {
		v := queried(t, c.query, pngOf(t, c.picture))
		if string(v.Body) != c.want || string(v.Format) != strings.Split(c.query[3:], "&")[0] {
			t.Errorf("%s is %s %q; want %q", c.query, v.Format, v.Body, c.want)
		}
	}
	for _, hash := range []string{"blurhash", "thumbhash"} {
		v := queried(t, "auto=format&fm="+hash, gifOf(t, opaque, quarters(64, 40, blue, red, red, blue)))
		if want := queried(t, "fm="+hash, gifOf(t, opaque)); string(v.Body) != string(want.Body) || v.Frames != 1 {
			t.Errorf("of an animation, %q of %d frames; want the first one's, %q", v.Body, v.Frames, want.Body)
		}
	}
	// A large picture has nearly the mean colour of a small one.
	large, small := quarters(800, 400, red, blue, red, blue), quarters(100, 50, red, blue, red, blue)
	got, want := meanIn(string(queried(t, "fm=blurhash", pngOf(t, large)).Body)), meanIn(placeholder.BlurHash(small))
	for band := range got {
		if abs(got[band]-want[band]) > 2 {
			t.Errorf("of a large picture, the mean is %v; want about %v", got, want)
		}
	}
}

// meanIn is the mean colour that a BlurHash tells in its third to sixth letter.
func meanIn(hash string) [3]int {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
	n := 0
	for _, letter := range hash[2:6] {
		n = 83*n + strings.IndexRune(letters, letter)
	}
	return [3]int{n >> 16, n >> 8 & 255, n & 255}
}

// Originals of any kind of samples have a hash, of their colours in sRGB.
func TestPlaceholdersOfAnySamples(t *testing.T) {
	for name, original := range map[string][]byte{
		"grey":   pngOf(t, image.NewGray(image.Rect(0, 0, 30, 20))),
		"16-bit": pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 30, 20))),
		"CMYK":   tagged(t, quarters(64, 40), "cmyk"),
		"P3":     tagged(t, quarters(64, 40), "p3"),
		"1 px":   pngOf(t, paper(1, 1, red)),
	} {
		for _, space := range []string{"origin", "strip", "adobergb1998"} {
			for _, query := range []string{"fm=blurhash", "fm=thumbhash", "palette=json"} {
				v := queried(t, query+"&cs="+space, original)
				want := queried(t, query, original)
				if space != "strip" && string(v.Body) != string(want.Body) {
					t.Errorf("%s: %s of cs=%s is %s; want %s", name, query, space, v.Body, want.Body)
				}
			}
		}
	}
}

// under lays a colour behind a picture, and cuts decimals off as libvips does.
func under(img *image.NRGBA, c color.NRGBA) *image.NRGBA {
	all := image.NewNRGBA(img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		a := int(img.Pix[i+3])
		for band, below := range []uint8{c.R, c.G, c.B} {
			all.Pix[i+band] = uint8((int(img.Pix[i+band])*a + int(below)*(255-a)) / 255)
		}
		all.Pix[i+3] = 255
	}
	return all
}

func TestPalette(t *testing.T) {
	hex := func(c color.NRGBA) string { return palette.Color{R: c.R, G: c.G, B: c.B}.Hex() }
	original := pngOf(t, quarters(600, 400, red, red, blue, none))
	for _, query := range []string{"palette=json", "palette=json&fm=json", "palette=json&auto=format&fm=avif", "palette=json&colors=2"} {
		v := queried(t, query, original)
		var told struct {
			Luminance float64             `json:"average_luminance"`
			Colors    []map[string]any    `json:"colors"`
			Dominant  map[string]struct{} `json:"dominant_colors"`
		}
		if err := json.Unmarshal(v.Body, &told); err != nil || v.Format != format.JSON {
			t.Fatalf("%s: %s %s (%v)", query, v.Format, v.Body, err)
		}
		if len(told.Colors) != 2 || told.Colors[0]["hex"] != hex(red) && told.Colors[1]["hex"] != hex(red) {
			t.Errorf("%s tells %v; want %s and %s", query, told.Colors, hex(red), hex(blue))
		}
	}
	for _, c := range []struct{ query, begin string }{
		{"palette=css", ".image-fg-1 { color:" + hex(red)},
		{"palette=css&prefix=my-frog", ".my-frog-fg-1 { color:" + hex(red)},
		{"palette=css&rect=0,200,100,100&colors=1", ".image-fg-1 { color:" + hex(blue)},
	} {
		v := queried(t, c.query, original)
		if v.Format != format.CSS || !strings.HasPrefix(string(v.Body), c.begin) || !palette.IsCSS(v.Body) {
			t.Errorf("%s: %s %q; want it to begin with %q", c.query, v.Format, v.Body, c.begin)
		}
	}
	for _, prefix := range []string{"a{}b", "a b", "1", "</style>"} {
		o, err := options.FromQuery("palette=css&prefix="+url.QueryEscape(prefix), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runPipe(t, Job{Options: o.String()}, original); code(err) != problem.BadOption {
			t.Errorf("prefix %q: %v; want %s", prefix, err, problem.BadOption)
		}
	}
}
