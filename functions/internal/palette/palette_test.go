package palette

import (
	"encoding/json"
	"image"
	"image/color"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// stripes is a picture of columns, each of a colour and as wide as it says.
func stripes(widths []int, colors ...color.NRGBA) *image.NRGBA {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	img := image.NewNRGBA(image.Rect(0, 0, sum, 4))
	left := 0
	for i, w := range widths {
		for x := left; x < left+w; x++ {
			for y := range 4 {
				img.SetNRGBA(x, y, colors[i])
			}
		}
		left += w
	}
	return img
}

func hexes(p Palette) (all []string) {
	for _, c := range p.Colors {
		all = append(all, c.Hex())
	}
	return all
}

var (
	navy   = color.NRGBA{0x0a, 0x14, 0x50, 255}
	sky    = color.NRGBA{0x72, 0xc5, 0xf4, 255}
	sand   = color.NRGBA{0xd8, 0xb6, 0xaa, 255}
	ink    = color.NRGBA{0x0d, 0x0c, 0x10, 255}
	orange = color.NRGBA{0xff, 0x80, 0x00, 255}
	slate  = color.NRGBA{0x38, 0x44, 0x5c, 255}
	rust   = color.NRGBA{0x96, 0x67, 0x60, 255}
	clear  = color.NRGBA{0xff, 0x00, 0xff, 0}
)

func TestTellsTheColoursThatAreThere(t *testing.T) {
	bright := stripes([]int{50, 30, 20}, sky, sand, navy)
	gloomy := stripes([]int{50, 30, 20}, navy, ink, sky)
	for _, c := range []struct {
		name    string
		picture *image.NRGBA
		colors  int
		want    []string
	}{
		{"a light picture, from dark to light", bright, 6, []string{"#0a1450", "#d8b6aa", "#72c5f4"}},
		{"a dark picture, from light to dark", gloomy, 6, []string{"#72c5f4", "#0a1450", "#0d0c10"}},
		{"as many as there are", bright, 3, []string{"#0a1450", "#d8b6aa", "#72c5f4"}},
		{"one", stripes([]int{10}, orange), 16, []string{"#ff8000"}},
		{"none", bright, 0, nil},
		{"what is seen", stripes([]int{50, 50}, orange, clear), 6, []string{"#ff8000"}},
		{"nothing seen", stripes([]int{50}, clear), 6, nil},
	} {
		if got := hexes(Of(c.picture, c.colors)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

// Two shades of one colour, and one of another, are two groups by what is seen.
func TestGroupsWhatLooksAlike(t *testing.T) {
	got := hexes(Of(stripes([]int{30, 10, 20}, color.NRGBA{200, 40, 40, 255}, color.NRGBA{220, 40, 40, 255}, navy), 2))
	want := []string{"#cd2828", "#0a1450"} // 205 is the mean of 200 and 220 as often as they are there
	if !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

func TestNamesColours(t *testing.T) {
	p := Of(stripes([]int{10, 10, 10, 10, 10, 10}, navy, sky, sand, orange, slate, rust), 6)
	want := map[string]string{
		"vibrant": "#ff8000", "vibrant_light": "#72c5f4", "vibrant_dark": "#0a1450",
		"muted": "#966760", "muted_light": "#d8b6aa", "muted_dark": "#38445c",
	}
	got := map[string]string{}
	for name, c := range p.Dominant {
		got[name] = c.Hex()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("named %q; want %q", got, want)
	}
	if few := Of(stripes([]int{10}, color.NRGBA{128, 128, 128, 255}), 6).Dominant; len(few) != 1 || few["muted"].Hex() != "#808080" {
		t.Errorf("of a grey picture, named %v; want it muted alone", few)
	}
}

// The JSON is imgix's, down to how many decimals there are.
func TestJSON(t *testing.T) {
	got, err := json.Marshal(Of(stripes([]int{3, 1}, color.NRGBA{0x01, 0x50, 0x91, 255}, color.NRGBA{255, 255, 255, 255}), 6))
	if err != nil {
		t.Fatal(err)
	}
	blue := `{"red":0.003922,"green":0.313725,"blue":0.568627,"hex":"#015091"}`
	// 0.75 × (0.2126 × 1 + 0.7152 × 80 + 0.0722 × 145) / 255 + 0.25 = 0.449699
	want := `{"average_luminance":0.449699,"colors":[{"red":1,"green":1,"blue":1,"hex":"#ffffff"},` + blue + `],"dominant_colors":{"vibrant_dark":` + blue + `}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCSS(t *testing.T) {
	got := Of(stripes([]int{10}, sky), 6).CSS("my-frog")
	want := `.my-frog-fg-1 { color:#72c5f4 !important; }
.my-frog-bg-1 { background-color:#72c5f4 !important; }
.my-frog-fg-ex-1 { color:#000000 !important; }
.my-frog-bg-ex-1 { background-color:#000000 !important; }
.my-frog-fg-ex-2 { color:#ffffff !important; }
.my-frog-bg-ex-2 { background-color:#ffffff !important; }
.my-frog-fg-vibrant-light { color:#72c5f4 !important; }
.my-frog-bg-vibrant-light { background-color:#72c5f4 !important; }
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !IsCSS([]byte(got)) {
		t.Error("a palette's CSS is not taken for one")
	}
	for _, foreign := range []string{"", "<script>", got + "body { background: url(//evil) }\n", strings.Replace(got, "my-frog", "a{}b", 1)} {
		if IsCSS([]byte(foreign)) {
			t.Errorf("%q is taken for a palette's CSS", foreign)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for _, good := range []string{"a", "image", "my-frog_2", "_x", "-x"} {
		if !IsPrefix(good) {
			t.Errorf("%q is no prefix", good)
		}
	}
	for _, bad := range []string{"", "2x", "--x", "a b", "a{}", "é", "a\n", "-2"} {
		if IsPrefix(bad) {
			t.Errorf("%q is a prefix", bad)
		}
	}
}
