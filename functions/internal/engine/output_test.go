package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"primrose/functions/internal/colorspace"
	"primrose/functions/internal/format"
	"primrose/functions/internal/icc"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// What a PNG's header says that a pixel is (PNG specification, section 11.2.1).
const (
	rgbPixels  = 2
	indexes    = 3
	rgbaPixels = 6
)

func TestKindsOfPNG(t *testing.T) {
	opaque, pale := jpegOf(t, scene(60, 40)), pngOf(t, holes(scene(60, 40)))
	for _, c := range []struct {
		query    string
		original []byte
		want     byte
	}{
		{"fm=png", opaque, rgbPixels},
		{"fm=png", pale, rgbaPixels},
		{"fm=png8", opaque, indexes},
		{"fm=png8", pale, indexes},
		{"fm=png32", opaque, rgbaPixels},
		{"fm=png32", pale, rgbaPixels},
		{"fm=png&auto=compress", opaque, indexes},
		{"fm=png32&auto=compress", pale, rgbaPixels},
		{"fm=png&colorquant=9", opaque, indexes},
	} {
		body := queried(t, c.query, c.original).Body
		if header, err := png.DecodeConfig(bytes.NewReader(body)); err != nil || body[24] != 8 && c.want != indexes || body[25] != c.want {
			t.Errorf("%s: %v, %v, %d bits of kind %d, want %d", c.query, header, err, body[24], body[25], c.want)
		}
	}
	exact := jpegOf(t, scene(60, 40))
	if got := pixels(t, queried(t, "fm=png32", exact).Body); !bytes.Equal(got.Pix, pixels(t, queried(t, "fm=png", exact).Body).Pix) {
		t.Error("png32 has other colours than png")
	}
}

func colorsOf(img *image.NRGBA) map[color.NRGBA]int {
	count := map[color.NRGBA]int{}
	for i := 0; i < len(img.Pix); i += 4 {
		c := color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], 255}
		if img.Pix[i+3] == 0 {
			c = none
		}
		count[c]++
	}
	return count
}

func TestColorQuantization(t *testing.T) {
	picture := scene(120, 80)
	original := pngOf(t, picture)
	for _, query := range []string{"", "fm=png8", "fm=gif", "fm=webp&lossless=1", "fm=avif&lossless=1"} {
		for _, n := range []int{2, 3, 7, 16, 100, 256} {
			got := pixels(t, queried(t, fmt.Sprintf("%s&colorquant=%d", query, n), original).Body)
			if count := len(colorsOf(got)); count != n && (query != "fm=gif" || count != 255) {
				t.Errorf("%s&colorquant=%d has %d colours", query, n, count)
			}
			// Each colour is the mean of those in whose place it is.
			want, have := mean(picture), mean(got)
			for channel := range want {
				if diff := want[channel] - have[channel]; diff > 1 || diff < -1 {
					t.Errorf("%s&colorquant=%d is of %.1f on average, the original of %.1f", query, n, have, want)
					break
				}
			}
		}
	}

	// Few colours stay what they are, and so does what is transparent.
	few := quarters(40, 40, red, none, blue, yellow)
	got := pixels(t, queried(t, "colorquant=4&fm=webp&lossless=1", pngOf(t, few)).Body)
	if len(colorsOf(got)) != 4 {
		t.Errorf("4 colours became %v", colorsOf(got))
	}
	corners(t, "4 colours", got, red, none, blue, yellow)
	soft := holes(scene(120, 80))
	for i, got := 3, pixels(t, queried(t, "colorquant=5&fm=webp&lossless=1", pngOf(t, soft)).Body); i < len(soft.Pix); i += 4 {
		if got.Pix[i] != soft.Pix[i] {
			t.Fatalf("transparency at %d is %d, was %d", i, got.Pix[i], soft.Pix[i])
		}
	}

	// An animation's frames share the colours.
	v := queried(t, "colorquant=2", gifOf(t, quarters(16, 16), quarters(16, 16, blue, red, red, blue)))
	if got := colorsOf(pixels(t, v.Body)); v.Frames != 2 || len(got) != 2 {
		t.Errorf("%d frames have the colours %v", v.Frames, got)
	}
}

func mean(img *image.NRGBA) (mean [3]float64) {
	for i := 0; i < len(img.Pix); i += 4 {
		for channel := range mean {
			mean[channel] += float64(img.Pix[i+channel])
		}
	}
	for channel := range mean {
		mean[channel] /= float64(len(img.Pix) / 4)
	}
	return mean
}

// sampling returns how many times as often brightness is kept as colour, across
// and down: in a JPEG's frame header (T.81, B.2.2) or an AVIF's configuration
// (AV1 Codec ISO Media File Format Binding, section 2.3.3).
func sampling(t *testing.T, v Variant) [2]int {
	t.Helper()
	if at := bytes.Index(v.Body, []byte("av1C")); at > 0 {
		flags := v.Body[at+6]
		return [2]int{1 + int(flags>>3&1), 1 + int(flags>>2&1)}
	}
	for _, sof := range []string{"\xff\xc0", "\xff\xc2"} {
		if at := bytes.Index(v.Body, []byte(sof)); at > 0 {
			return [2]int{int(v.Body[at+11] >> 4), int(v.Body[at+11] & 15)}
		}
	}
	t.Fatal("the variant is neither JPEG nor AVIF")
	return [2]int{}
}

func TestChromaSubsampling(t *testing.T) {
	original := pngOf(t, scene(60, 40))
	for query, want := range map[string][2]int{
		"":                    {2, 2},
		"q=90":                {1, 1},
		"chromasub=420&q=100": {2, 2},
		"chromasub=422":       {1, 1}, // the next better that there is
		"chromasub=444":       {1, 1},
	} {
		for _, f := range []string{"jpg", "pjpg", "avif"} {
			if got := sampling(t, queried(t, query+"&fm="+f, original)); got != want {
				t.Errorf("%s&fm=%s keeps colour every %v pixels, want %v", query, f, got, want)
			}
		}
	}
}

func TestJPEGProgressive(t *testing.T) {
	original := pngOf(t, scene(60, 40))
	for query, want := range map[string]bool{
		"fm=jpg": false, "fm=jpg&jpg-progressive=true": true, "fm=jpg&auto=compress": true, "fm=pjpg": true,
		"fm=jpg&auto=compress&jpg-progressive=false": false, "fm=pjpg&jpg-progressive=0": false,
	} {
		if got := bytes.Contains(queried(t, query, original).Body, []byte("\xff\xc2")); got != want {
			t.Errorf("%s: progressive is %v", query, got)
		}
	}
}

func TestQualityFromEndToEnd(t *testing.T) {
	original := pngOf(t, noise(64, 64))
	for _, f := range []string{"jpg", "webp", "avif"} {
		last := 0
		for _, q := range []int{0, 10, 50, 100} {
			size := len(queried(t, fmt.Sprintf("fm=%s&q=%d", f, q), original).Body)
			if size <= last {
				t.Errorf("%s with quality %d takes %d bytes, less before %d", f, q, size, last)
			}
			last = size
		}
	}
}

// A JPEG's tables say of what quality it is.
func TestQualityOfJPEG(t *testing.T) {
	original := pngOf(t, scene(60, 40))
	for query, want := range map[string]int{"": 75, "q=0": 1, "q=1": 1, "q=33": 33, "q=75": 75, "q=99": 99, "q=100": 100, "auto=compress": 45, "auto=compress&q=60": 60} {
		if got := format.JPEGQuality(queried(t, query+"&fm=jpg", original).Body); got != want {
			t.Errorf("%s: quality %d, want %d", query, got, want)
		}
	}
}

func TestDPI(t *testing.T) {
	original := pngOf(t, scene(60, 40))
	for _, dpi := range []int{1, 72, 300, 8192} {
		jpg := queried(t, fmt.Sprintf("fm=jpg&dpi=%d", dpi), original).Body
		jfif := bytes.Index(jpg, []byte("JFIF\x00")) // then version, unit (1 is an inch), and how many across and down
		if x, y := binary.BigEndian.Uint16(jpg[jfif+8:]), binary.BigEndian.Uint16(jpg[jfif+10:]); jpg[jfif+7] != 1 || int(x) != dpi || int(y) != dpi {
			t.Errorf("dpi=%d: the JPEG has %d×%d of unit %d", dpi, x, y, jpg[jfif+7])
		}
		file := queried(t, fmt.Sprintf("fm=png&dpi=%d", dpi), original).Body
		phys := bytes.Index(file, []byte("pHYs")) // then how many a metre
		if x := float64(binary.BigEndian.Uint32(file[phys+4:])) * 0.0254; x < float64(dpi)-0.1 || x > float64(dpi)+0.1 {
			t.Errorf("dpi=%d: the PNG has %v", dpi, x)
		}
	}
}

// decoded returns a file's samples as they are stored, and its profile.
func decoded(t *testing.T, body []byte) (samples, profile []byte) {
	t.Helper()
	img, err := vips.New(strings.Replace(loaders[format.Sniff(body)], "_source", "_buffer", 1), vips.Args{"buffer": body})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	profile, _ = img.Blob("icc-profile-data")
	samples, err = img.Pixels()
	if err != nil {
		t.Fatal(err)
	}
	return samples, profile
}

func TestColorSpace(t *testing.T) {
	wide, cmyk, plain := tagged(t, scene(60, 40), "p3"), tagged(t, scene(60, 40), "cmyk"), jpegOf(t, scene(60, 40))
	samples, profile := decoded(t, wide)
	converted, _ := decoded(t, queried(t, "fm=png", wide).Body)
	if bytes.Equal(samples, converted) {
		t.Fatal("the wide profile makes no difference")
	}
	naive, _ := decoded(t, queried(t, "fm=png", cmyk).Body)
	own, _ := decoded(t, plain)
	for _, c := range []struct {
		query            string
		original         []byte
		samples, profile []byte
	}{
		{"cs=srgb&fm=png", wide, converted, nil},
		{"cs=tinysrgb&fm=png", wide, converted, icc.TinySRGB},
		{"cs=strip&fm=png", wide, samples, nil},
		{"cs=origin&fm=png", wide, samples, profile},
		{"cs=origin&fm=webp&lossless=1", wide, samples, profile},
		{"cs=origin&fm=avif&lossless=1", wide, samples, profile},
		{"cs=tinysrgb&fm=webp&lossless=1", wide, converted, icc.TinySRGB},
		{"cs=tinysrgb&fm=avif&lossless=1", wide, converted, icc.TinySRGB},
		{"cs=origin&fm=png", plain, own, nil},
		{"cs=origin&fm=png", cmyk, naive, nil},
		{"cs=strip&fm=png", cmyk, naive, nil},
	} {
		samples, profile := decoded(t, queried(t, c.query, c.original).Body)
		if !bytes.Equal(samples, c.samples) {
			t.Errorf("%s: the samples are others", c.query)
		}
		if !bytes.Equal(profile, c.profile) {
			t.Errorf("%s: a profile of %d bytes (%q), want %d", c.query, len(profile), icc.Name(profile), len(c.profile))
		}
	}
	if _, profile := decoded(t, queried(t, "cs=origin&fm=jpg", wide).Body); icc.Name(profile) == "" {
		t.Error("the JPEG has no profile")
	}
	gif := pixels(t, queried(t, "cs=origin&fm=gif", tagged(t, quarters(32, 32), "p3")).Body) // can't hold a profile
	corners(t, "cs=origin&fm=gif", gif, red, green, blue, yellow)
}

// Adobe RGB's numbers of sRGB's colours, by its own formulas: to linear light, to
// the other primaries, and to a power.
func TestAdobeRGB(t *testing.T) {
	pale := color.NRGBA{200, 120, 40, 128}
	original := pngOf(t, quarters(20, 20, red, pale, blue, white))
	for _, f := range []string{"png", "webp&lossless=1", "avif&lossless=1"} {
		samples, profile := decoded(t, queried(t, "cs=adobergb1998&fm="+f, original).Body)
		if !bytes.Equal(profile, icc.AdobeRGB) {
			t.Errorf("%s: the profile is %q", f, icc.Name(profile))
		}
		for i, c := range []color.NRGBA{red, pale, blue, white} {
			at := 4 * (20*(5+10*(i/2)) + 5 + 10*(i%2))
			if got, want := samples[at:at+4], adobeOf(c); abs(int(got[0])-int(want.R)) > 1 || abs(int(got[1])-int(want.G)) > 1 || abs(int(got[2])-int(want.B)) > 1 || got[3] != c.A {
				t.Errorf("%s: %v became %v, want %v", f, c, got, want)
			}
		}
	}
	corners(t, "GIF", pixels(t, queried(t, "cs=adobergb1998&fm=gif", jpegOf(t, quarters(32, 32))).Body), red, green, blue, yellow)
}

func adobeOf(c color.NRGBA) color.NRGBA {
	light := colorspace.Linear(colorspace.Of(c))
	encode := func(x float64) uint8 { return uint8(math.Round(255 * math.Pow(x, 256.0/563))) }
	return color.NRGBA{encode(0.715119*light[0] + 0.284881*light[1]), encode(light[1]), encode(0.041162*light[1] + 0.958838*light[2]), c.A}
}

// The small profile says of every colour what libvips' own says of it.
func TestTinyProfile(t *testing.T) {
	if !icc.IsSRGB(icc.TinySRGB) || len(icc.TinySRGB) > 500 {
		t.Errorf("%d bytes, named %q", len(icc.TinySRGB), icc.Name(icc.TinySRGB))
	}
	ramp := image.NewNRGBA(image.Rect(0, 0, 256, 7))
	for x := range 256 {
		for y := range 7 {
			part := func(bit int) uint8 { return uint8(x * ((y + 1) >> bit & 1)) }
			ramp.SetNRGBA(x, y, color.NRGBA{part(0), part(1), part(2), 255})
		}
	}
	img, err := vips.FromPixels(ramp.Pix, 256, 7, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if err := img.Set("icc-profile-data", icc.TinySRGB); err != nil {
		t.Fatal(err)
	}
	if err := convert(img); err != nil {
		t.Fatal(err)
	}
	got, err := img.Pixels()
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if abs(int(got[i])-int(ramp.Pix[i])) > 1 {
			t.Fatalf("the sample %d became %d", ramp.Pix[i], got[i])
		}
	}
}

// A variant of at most so many bytes has the highest quality that allows it.
func TestMaxBytes(t *testing.T) {
	original := pngOf(t, scene(120, 80))
	for _, f := range []string{"jpg", "webp", "avif"} {
		size := func(q int) int { return len(queried(t, fmt.Sprintf("fm=%s&q=%d", f, q), original).Body) }
		most, least := size(60), size(1)
		for _, limit := range []int{most, most - 1, (most + least) / 2, least} {
			got := queried(t, fmt.Sprintf("fm=%s&max-bytes=%d&q=60", f, limit), original).Body
			best := 60
			for size(best) > limit {
				best--
			}
			if want := queried(t, fmt.Sprintf("fm=%s&q=%d", f, best), original).Body; !bytes.Equal(got, want) {
				t.Errorf("%s of at most %d bytes has %d, with quality %d it has %d", f, limit, len(got), best, len(want))
			}
		}
		if least > 500 {
			_, err := runPipe(t, Job{Options: fmt.Sprintf("fm=%s,max-bytes=%d", f, least-1)}, original)
			if code(err) != problem.TooManyPixels || !strings.Contains(err.Error(), fmt.Sprintf("%d bytes; max-bytes is %d: ask for fewer pixels", least, least-1)) {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
	plain := pngOf(t, quarters(50, 50))
	queried(t, "fm=avif&max-bytes=100000&w=2000&h=2000&fit=scale", plain) // at the limit of how often that is encoded again
	if _, err := runPipe(t, Job{Options: "fit=scale,fm=avif,h=2000,max-bytes=100000,w=2001"}, plain); code(err) != problem.TooExpensive {
		t.Errorf("too much to try: %v", err)
	}
	size := len(queried(t, "fm=png", original).Body)
	queried(t, fmt.Sprintf("fm=png&max-bytes=%d", size), original)
	_, err := runPipe(t, Job{Options: fmt.Sprintf("fm=png,max-bytes=%d", size-1)}, original)
	if code(err) != problem.TooManyPixels || !strings.Contains(err.Error(), "or a lossy format") {
		t.Errorf("png: %v", err)
	}
}

// What imgix calls things.
func TestDescription(t *testing.T) {
	wide := queried(t, "fm=jpg&cs=tinysrgb&dpi=300&jpg-progressive=1", pngOf(t, scene(60, 40))).Body
	for _, c := range []struct {
		original []byte
		want     []string
	}{
		{wide, []string{
			`"PixelWidth":60`, `"PixelHeight":40`, `"Content-Type":"image/jpeg"`, fmt.Sprintf(`"Content-Length":"%d"`, len(wide)),
			`"DPIWidth":300,"DPIHeight":300`, `"ColorModel":"RGB"`, `"ProfileName":"sRGB"`, `"JFIF":{"IsProgressive":true}`, `"width":60`,
		}},
		{movie(t), []string{`"HasAlpha":true`, `"Output":{"Frames":5}`, `"GIF":{"DelayTime":0.05,"UnclampedDelayTime":0.05}`, `"frames":5`}},
		{tagged(t, scene(60, 40), "cmyk"), []string{`"ColorModel":"CMYK"`}},
		{withEXIF(jpegOf(t, scene(60, 40)), 6), []string{`"Orientation":6`, `"JFIF":{"IsProgressive":false}`}},
	} {
		body := string(queried(t, "fm=json", c.original).Body)
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", body, want)
			}
		}
	}
}
