package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"net/url"
	"strings"
	"testing"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// written is white paper with a text upon it, as a query asks.
func written(t testing.TB, w, h int, text, query string) *image.NRGBA {
	t.Helper()
	return pixels(t, queried(t, "fm=png&txt="+url.QueryEscape(text)+"&"+query, pngOf(t, paper(w, h, white))).Body)
}

// inked is where a picture isn't what the paper is.
func inked(img *image.NRGBA) (found image.Rectangle) {
	background := img.NRGBAAt(img.Rect.Dx()-1, 0)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.NRGBAAt(x, y) != background {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

func roughly(got, want, tolerance int) bool { return max(got-want, want-got) <= tolerance }

// capHeight is how high Noto's capitals are, in sizes of the font, as the fonts
// themselves say (OS/2's sCapHeight).
const capHeight = 0.714

func TestTextSize(t *testing.T) {
	for query, want := range map[string]float64{
		"txt-size=100":                   100,
		"txt-size=100&dpr=2":             200,
		"txt-size=40&txt-font=serif":     40,
		"txt-size=40&txt-font=monospace": 40,
		"txt-size=40&txt-font=Futura":    40,
		"":                               12,
	} {
		ink := inked(written(t, 600, 400, "H", query))
		if !roughly(ink.Dy(), int(math.Round(capHeight*want)), 2) {
			t.Errorf("%q: a capital is %d px high, want %.1f", query, ink.Dy(), capHeight*want)
		}
	}
}

func TestTextPosition(t *testing.T) {
	const w, h, side = 200, 160, 40
	line := lineHeight * side
	for query, want := range map[string]image.Point{ // where the line's box begins
		"":                                   {-10, h - 10 - int(line)}, // from the right
		"txt-align=top,left":                 {10, 10},
		"txt-align=middle,center":            {(w - 22) / 2, (h - int(line)) / 2},
		"txt-align=bottom,left&txt-pad=0":    {0, h - int(line)},
		"txt-align=left&txt-pad=30":          {30, h - 30 - int(line)},
		"txt-x=50&txt-y=60":                  {50, 60},
		"txt-x=50&txt-align=top":             {50, 10},
		"txt-x=-5&txt-y=-10":                 {-5, -10},
		"txt-align=right,top&txt-pad=4":      {-4, 4},
		"txt-align=top,left&dpr=1&txt-pad=7": {7, 7},
	} {
		ink := inked(written(t, w, h, "I", "txt-size=40&"+query))
		x := ink.Min.X
		if want.X < 0 && !strings.Contains(query, "x=") {
			x = ink.Max.X - w
		} else if want.X < 0 {
			x, want.X = 0, 0
		}
		if query == "txt-align=middle,center" {
			x, want.X = (ink.Min.X+ink.Max.X)/2, w/2
		}
		// The baseline lies below the box's top by half of what a line has more than the letters, and
		// by their ascent: 1.069 and 0.293 sizes, as the font says.
		baseline := want.Y + int(math.Round((lineHeight-1.069-0.293)/2*side+1.069*side))
		if !roughly(x, want.X, 1) || !roughly(ink.Max.Y, baseline, 2) {
			t.Errorf("%q: the ink is at %v, want it at %d and to end at %d", query, ink, want.X, baseline)
		}
	}
}

func TestTextColor(t *testing.T) {
	bar := func(query string) color.NRGBA {
		img := written(t, 100, 200, "l", "txt-size=160&txt-font=bold&txt-align=middle,center&"+query)
		ink := inked(img)
		return img.NRGBAAt((ink.Min.X+ink.Max.X)/2, (ink.Min.Y+ink.Max.Y)/2)
	}
	for query, want := range map[string]color.NRGBA{
		"":                   {0, 0, 0, 255},
		"txt-color=dc1e1e":   red,
		"txt-color=80000000": {127, 127, 127, 255}, // 255 × (1 − 128/255)
		"txt-color=tomato":   {255, 99, 71, 255},
	} {
		if got := bar(query); !roughly(int(got.R), int(want.R), 1) || !roughly(int(got.G), int(want.G), 1) || !roughly(int(got.B), int(want.B), 1) {
			t.Errorf("%q: a letter is %v, want %v", query, got, want)
		}
	}
}

func TestTextSpacing(t *testing.T) {
	width := func(query string) int {
		return inked(written(t, 600, 100, "HHHH", "txt-size=40&txt-align=left&"+query)).Dx()
	}
	if got := width("txt-track=10") - width(""); !roughly(got, 30, 1) {
		t.Errorf("three gaps are wider by %d px together, want 30", got)
	}
	if got := width("txt-track=-4") - width(""); !roughly(got, -12, 1) {
		t.Errorf("three gaps are wider by %d px together, want -12", got)
	}
	// Two lines of one letter each.
	distance := func(query string) int {
		both := inked(written(t, 300, 300, "H H", "txt-size=40&txt-fit=wrap&txt-width=40&txt-align=left,top&"+query))
		return both.Dy() - inked(written(t, 300, 300, "H", "txt-size=40")).Dy()
	}
	if got, want := distance(""), 48; !roughly(got, want, 1) {
		t.Errorf("lines are %d px apart, want %d", got, want)
	}
	if got, want := distance("txt-lead=15"), 63; !roughly(got, want, 1) {
		t.Errorf("with a leading of 15, lines are %d px apart, want %d", got, want)
	}
}

func TestTextOutline(t *testing.T) {
	bare := inked(written(t, 200, 200, "o", "txt-size=100&txt-align=middle,center"))
	for line, dpr := range map[int]int{1: 1, 7: 1, 30: 1, 8: 2} {
		img := written(t, 200*dpr, 200*dpr, "o", fmt.Sprintf("txt-size=%d&txt-align=middle,center&txt-line=%d&txt-line-color=dc1e1e&dpr=%d", 100/dpr, line, dpr))
		ink, want := inked(img), bare.Inset(-line*dpr)
		if !roughly(ink.Dx(), want.Dx(), 2) || !roughly(ink.Dy(), want.Dy(), 2) {
			t.Errorf("an outline of %d px, DPR %d: the letter is %v large, want %v", line, dpr, ink.Size(), want.Size())
		}
		if line > 1 {
			near(t, "outline", img, ink.Min.X+line*dpr/2, (ink.Min.Y+ink.Max.Y)/2, red, 1)
		}
	}
	img := written(t, 200, 200, "l", "txt-size=100&txt-align=middle,center&txt-line=9")
	if ink := inked(img); ink.Dx() > 20 {
		t.Errorf("a white outline on white paper is seen: %v", ink)
	}
}

// A shadow takes as much light as its letter covers, times its darkness, and its
// middle lies beside the letter's by the offset.
func TestTextShadow(t *testing.T) {
	for shadow, dpr := range map[int]int{2: 1, 6: 1, 10: 1, 3: 2} {
		query := fmt.Sprintf("txt-size=%d&txt-align=middle,center&txt-color=fff&dpr=%d", 60/dpr, dpr)
		black, grey := paper(200*dpr, 200*dpr, color.NRGBA{0, 0, 0, 255}), paper(200*dpr, 200*dpr, color.NRGBA{255, 255, 255, 255})
		letter := pixels(t, queried(t, "fm=png&txt=o&"+query, pngOf(t, black)).Body)
		both := pixels(t, queried(t, fmt.Sprintf("fm=png&txt=o&txt-shad=%d&%s", shadow, strings.Replace(query, "fff", "00ffffff", 1)), pngOf(t, grey)).Body)
		light, lightX, lightY := mass(letter, func(v uint8) float64 { return float64(v) })
		dark, darkX, darkY := mass(both, func(v uint8) float64 { return 255 - float64(v) })
		if want := light * float64(shadowColor.A) / 255; math.Abs(dark-want) > 0.03*want {
			t.Errorf("a shadow of %d is %.0f dark, want %.0f", shadow, dark, want)
		}
		offset := shadowOffset * float64(shadow*dpr)
		if math.Abs(darkX-lightX-offset) > 0.7 || math.Abs(darkY-lightY-offset) > 0.7 {
			t.Errorf("a shadow of %d lies beside by %.1f and %.1f px, want %.1f", shadow, darkX-lightX, darkY-lightY, offset)
		}
	}
}

// mass is the sum of what pixels weigh, and its middle.
func mass(img *image.NRGBA, weigh func(uint8) float64) (sum, x, y float64) {
	for row := range img.Rect.Dy() {
		for column := range img.Rect.Dx() {
			m := weigh(img.NRGBAAt(column, row).R)
			sum, x, y = sum+m, x+m*float64(column), y+m*float64(row)
		}
	}
	return sum, x / sum, y / sum
}

func TestTextIsClipped(t *testing.T) {
	const text = "Once upon a time in a land"
	const style = "txt-size=24&txt-align=left,top&"
	looks := map[string]string{} // the pixels of each text that may be left, to the text
	for n := range len(text) {
		for _, left := range []string{text[:n], text[len(text)-n:], text[:(n+1)/2] + text[len(text)-n/2:], text[:n] + "…", "…" + text[len(text)-n:]} {
			if strings.TrimSpace(left) != "" {
				looks[string(written(t, 400, 50, left, style).Pix)] = left
			}
		}
	}
	for query, want := range map[string]string{
		"":                        "Once upon ",
		"txt-clip=end":            "Once upon ",
		"txt-clip=start":          "ime in a land",
		"txt-clip=ellipsis":       "Once upo…",
		"txt-clip=start,ellipsis": "…e in a land",
		"txt-clip=middle":         "Once u land",
	} {
		left, ok := looks[string(written(t, 400, 50, text, style+"txt-width=140&"+query).Pix)]
		if !ok || strings.TrimSpace(left) != strings.TrimSpace(want) {
			t.Errorf("%q leaves %q (%v), want %q", query, left, ok, want)
		}
	}
	one, more := inked(written(t, 400, 50, text, style+"txt-width=140")), inked(written(t, 400, 50, "Once upon a", style))
	if one.Dx() > 140 || more.Dx() <= 140 {
		t.Errorf("clipped to 140 px, the text has %d; a letter more would have made it %d", one.Dx(), more.Dx())
	}
	if ink := inked(written(t, 400, 50, text, style+"txt-width=3")); !ink.Empty() {
		t.Errorf("where no letter fits, there is one: %v", ink)
	}
}

func TestClip(t *testing.T) {
	parts := strings.Split("abcdefgh", "")
	for _, test := range []struct {
		n    int
		how  options.Clip
		want string
	}{
		{3, options.ClipEnd, "abc"},
		{3, options.ClipStart, "fgh"},
		{3, options.ClipMiddle, "abh"},
		{4, options.ClipMiddle | options.ClipEllipsis, "ab…gh"},
		{2, options.ClipEnd | options.ClipEllipsis, "ab…"},
		{2, options.ClipStart | options.ClipEllipsis, "…gh"},
		{0, options.ClipEnd | options.ClipEllipsis, ""},
	} {
		if got := strings.Join(clip(parts, test.n, test.how), ""); got != test.want {
			t.Errorf("%d of %v: %q, want %q", test.n, test.how, got, test.want)
		}
	}
}

func TestClusters(t *testing.T) {
	for text, want := range map[string]int{
		"":                    0,
		"abc":                 3,
		"e\u0301a":            2, // e with an accent of its own
		"👩‍👩‍👧!":              2,
		"👍🏽👍":                 2,
		"🇰🇷🇩🇪🇫":               3,
		"❤️x":                 2,
		"\u1112\u1161\u11ab글": 2,
		"سلام":                4,
	} {
		if got := clusters(text); len(got) != want || strings.Join(got, "") != text {
			t.Errorf("%q: %q, want %d parts", text, got, want)
		}
	}
}

func TestTextFits(t *testing.T) {
	const text = "The quick brown fox jumps over the lazy dog"
	ink := inked(written(t, 300, 200, text, "txt-size=60&txt-fit=max"))
	if ink.Dx() > 280 || ink.Dx() < 260 { // Pango rounds each letter's width to whole pixels
		t.Errorf("a text that fits into 280 px has %d", ink.Dx())
	}
	if small, bare := inked(written(t, 300, 200, "abc", "txt-size=20&txt-fit=max")), inked(written(t, 300, 200, "abc", "txt-size=20")); small != bare {
		t.Errorf("a text that fits is changed: %v, without fit %v", small, bare)
	}
	for _, align := range []string{"left", "center", "right"} {
		img := written(t, 300, 200, text, "txt-size=24&txt-fit=wrap&txt-align=top,"+align)
		ink := inked(img)
		if ink.Dx() > 280 || ink.Dy() < 40 || ink.Dy() > 90 {
			t.Errorf("wrapped: %v", ink)
		}
	}
	long := inked(written(t, 300, 200, strings.Repeat(text+" ", 4), "txt-size=30&txt-fit=wrap&txt-align=top"))
	if long.Max.Y > 192 || long.Max.Y < 150 {
		t.Errorf("a text cut to 180 px ends at %d", long.Max.Y)
	}
	shrunk := inked(written(t, 300, 200, strings.Repeat(text+" ", 4), "txt-size=90&txt-fit=wrapmax&txt-align=top,left"))
	if shrunk.Max.Y > 192 || shrunk.Max.Y < 150 || shrunk.Dx() > 280 {
		t.Errorf("shrunk to 280×180 px: %v", shrunk)
	}
	lines := func(text string) int {
		return inked(written(t, 300, 300, text, "txt-size=20&txt-fit=wrap&txt-align=top,left")).Dy()
	}
	if one, two := lines("HH"), lines("H\nH"); !roughly(two-one, 24, 1) {
		t.Errorf("a new line is %d px further down, want 24", two-one)
	}
}

// Arabic letters are joined, Korean syllables composed, and emoji are one glyph
// of many characters.
func TestShaping(t *testing.T) {
	width := func(text string) int { return inked(written(t, 900, 100, text, "txt-size=40&txt-align=left")).Dx() }
	same := func(a, b string) bool {
		return bytes.Equal(written(t, 900, 100, a, "txt-size=40").Pix, written(t, 900, 100, b, "txt-size=40").Pix)
	}
	if joined, apart := width("سلام عليكم"), width("س\u200cل\u200cا\u200cم ع\u200cل\u200cي\u200cك\u200cم"); joined > apart*9/10 {
		t.Errorf("joined letters are %d px wide, single ones %d", joined, apart)
	}
	if !same("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af") {
		t.Error("a syllable looks otherwise if it comes in parts")
	}
	if !roughly(width("한한한한"), 2*width("한한"), 6) {
		t.Error("syllables differ in width")
	}
	for _, one := range []string{"👩‍👩‍👧", "🇰🇷", "👍🏽", "❤️"} {
		if !roughly(width(one), width("🙂"), 12) {
			t.Errorf("%s is %d px wide, and another emoji %d", one, width(one), width("🙂"))
		}
	}
	if same("Δ", "Ж") || same("é", "e") || same("ﬀ", "f") {
		t.Error("letters look alike that are not")
	}
}

func TestEmojiHaveColors(t *testing.T) {
	img := written(t, 120, 120, "🇰🇷", "txt-size=80&txt-align=middle,center&txt-color=0f0")
	var red, blue, green bool
	for i := 0; i < len(img.Pix); i += 4 {
		r, g, b := img.Pix[i], img.Pix[i+1], img.Pix[i+2]
		red, blue, green = red || r > 180 && g < 90 && b < 90, blue || b > 120 && r < 60, green || g > 200 && r < 90 && b < 90
	}
	if !red || !blue || green {
		t.Errorf("Korea's flag has red %v, blue %v and the text's green %v", red, blue, green)
	}
}

// Pango's markup is taken for text.
func TestMarkupIsText(t *testing.T) {
	width := func(text string) int { return inked(written(t, 900, 100, text, "txt-size=30&txt-align=left")).Dx() }
	for _, pair := range [][2]string{{"<b>x</b>", "x"}, {"a&amp;b", "a&b"}, {"<span font='90'>x", "x"}, {"&#65;&#65;&#65;", "AAA"}} {
		if long, short := width(pair[0]), width(pair[1]); long < 2*short {
			t.Errorf("%q is %d px wide, and %q %d", pair[0], long, pair[1], short)
		}
	}
}

func TestTextUponAnything(t *testing.T) {
	const query = "txt=Hi&txt-size=20&txt-color=fff&txt-shad=4&txt-line=2&txt-line-color=00f"
	for name, original := range map[string][]byte{
		"one pixel": pngOf(t, paper(1, 1, red)),
		"JPEG":      jpegOf(t, paper(60, 60, red)),
		"grey":      pngOf(t, image.NewGray(image.Rect(0, 0, 60, 60))),
		"16 bits":   pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 60, 60))),
		"CMYK":      tagged(t, paper(60, 60, red), "cmyk"),
	} {
		for _, to := range []string{"png", "jpg", "webp", "avif"} {
			v := queried(t, query+"&fm="+to, original)
			if side := v.Width; name != "one pixel" && side != 60 || name == "one pixel" && side != 1 {
				t.Errorf("%s to %s has %d px", name, to, side)
			}
		}
	}
	// Upon nothing, letters have their colour up to their edges.
	img := pixels(t, queried(t, "txt=Hi&txt-size=60&txt-color=fff&fm=png", pngOf(t, paper(120, 120, none))).Body)
	edges := 0
	for i := 0; i < len(img.Pix); i += 4 {
		if a := img.Pix[i+3]; a > 0 {
			if a < 255 {
				edges++
			}
			if img.Pix[i] < 250 && a > 10 {
				t.Fatalf("a white letter's edge of opacity %d is %d", a, img.Pix[i])
			}
		}
	}
	if edges < 50 {
		t.Errorf("%d pixels of the letters are half transparent", edges)
	}
	// Upon an animation, it stands still.
	moving := gifOf(t, paper(60, 40, red), paper(60, 40, blue), paper(60, 40, green))
	decoded, err := gif.DecodeAll(bytes.NewReader(queried(t, "txt=Hi&txt-size=20&txt-color=fff&fm=gif", moving).Body))
	if err != nil || len(decoded.Image) != 3 {
		t.Fatalf("%d frames, %v", len(decoded.Image), err)
	}
	if v := queried(t, "txt=Hi&txt-size=20&txt-color=fff&fm=png&frame=3", moving); inked(pixels(t, v.Body)).Empty() {
		t.Error("the third frame has no text")
	}
}

// hostile are texts that try to take more than they may.
var hostile = map[string]string{
	"marks upon marks":       "a" + strings.Repeat("\u0301", 299),
	"wide letters":           strings.Repeat("W", 600),
	"wider ones":             strings.Repeat("\ufdfd", 200),
	"nothing to be seen":     strings.Repeat("\u200b", 200),
	"directions":             strings.Repeat("\u202e\u202d\u2067", 60) + "abc",
	"directions without end": strings.Repeat("\u202a", 199),
	"emoji":                  strings.Repeat("👩‍👩‍👧", 33),
	"lines":                  strings.Repeat("a\n", 300),
	"markup":                 strings.Repeat("<b>&", 150),
	"unknown":                strings.Repeat("\U0010fffd", 150),
	"one word":               strings.Repeat("سلام", 75),
}

func TestHostileText(t *testing.T) {
	small, large := pngOf(t, paper(40, 40, white)), pngOf(t, paper(1500, 1500, white))
	for name, text := range hostile {
		for _, original := range [][]byte{small, large} {
			for _, query := range []string{"txt-size=2000", "txt-size=2000&txt-fit=wrap&txt-line=100&txt-shad=10", "txt-size=2000&txt-fit=wrapmax&dpr=8", "txt-size=2000&txt-fit=max&txt-pad=0", "txt-size=1&txt-track=-4&txt-clip=middle,ellipsis"} {
				o, err := options.FromQuery("fm=png&txt="+url.QueryEscape(text)+"&"+query, "")
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				_, err = runPipe(t, Job{Options: o.String()}, original)
				if c := code(err); err != nil && c != problem.TooExpensive {
					t.Errorf("%s, %s: %v", name, query, err)
				}
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, 20, "wrap")
	}
	f.Add("a\x00b", 9, "max")
	original := pngOf(f, paper(50, 30, white))
	f.Fuzz(func(t *testing.T, text string, side int, fit string) {
		o, err := options.FromQuery(fmt.Sprintf("fm=png&txt=%s&txt-size=%d&txt-fit=%s", url.QueryEscape(text), side, url.QueryEscape(fit)), "")
		if err != nil {
			return
		}
		if strings.Join(clusters(text), "") != text {
			t.Errorf("%q is taken apart into %q", text, clusters(text))
		}
		if _, err := runPipe(t, Job{Options: o.String()}, original); err != nil && code(err) != problem.TooExpensive {
			t.Error(err)
		}
	})
}

// An SVG's text is drawn by the same fonts.
func TestSVGText(t *testing.T) {
	limits := DefaultLimits
	limits.SVG = true
	for family, text := range map[string]string{"sans-serif": "H", "Helvetica": "H", "Times": "H", "monospace": "H", "none such": "H"} {
		svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="150"><rect width="200" height="150" fill="#fff"/>`+
			`<text x="20" y="120" font-size="100" font-family="%s">%s</text></svg>`, family, text)
		v, err := runPipe(t, Job{Options: "fm=png", Limits: limits}, []byte(svg))
		if err != nil {
			t.Fatal(err)
		}
		if ink := inked(pixels(t, v.Body)); !roughly(ink.Dy(), 71, 1) || ink.Max.Y != 120 {
			t.Errorf("%s: a capital of 100 px is at %v", family, ink)
		}
	}
}
