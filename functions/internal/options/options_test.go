package options

import (
	"errors"
	"os"
	"strings"
	"testing"

	"primrose/functions/internal/problem"
)

const (
	chrome  = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
	firefox = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
	old     = "image/png,image/*;q=0.8,*/*;q=0.5"
)

func TestFromQuery(t *testing.T) {
	tests := []struct{ query, accept, want string }{
		{"", "", ""},
		{"utm_source=x&ixlib=js-3.8.0", "", ""},
		{"w=300&h=200&fit=crop", "", "fit=crop,h=200,w=300"},
		{"w=1&w=0300", "", "w=300"},
		{"w=x&w=300.75", "", "w=300"},
		{"w=8192&h=1", "", "h=1,w=8192"},
		{"%77=300&W=300&w%20=1", "", ""},
		{"w=%33%30%30", "", "w=300"},
		{"dpr=1.0", "", ""},
		{"dpr=2.625&rot=0&blur=-0&fit=CLIP&lossless=FALSE", "", "dpr=2.62"},
		{"dpr=0.10", "", "dpr=0.1"},
		{"crop=left,top,left", "", "crop=top_left"},
		{"crop=center", "", ""},
		{"ar=16:9", "", "ar=16_9"},
		{"ar=1.50:01", "", "ar=1.5_1"},
		{"rect=0,0,100,50", "", "rect=0_0_100_50"},
		{"bg=FFF", "", "bg=ffffff"},
		{"bg=8f0a", "", "bg=88ff00aa"},
		{"bg=RebeccaPurple", "", "bg=rebeccapurple"},
		{"lossless=true", "", "lossless=1"},
		{"auto=format", "", "auto=format"},
		{"auto=format", "*/*", "auto=format"},
		{"auto=format", "image/*", "auto=format"},
		{"auto=format", old, "auto=format"},
		{"auto=format", chrome, "auto=avif_webp"},
		{"auto=format", firefox, "auto=avif_webp"},
		{"auto=format", "image/webp", "auto=webp"},
		{"auto=format", "IMAGE/WebP ; Q=0.5", "auto=webp"},
		{"auto=format", "image/avif;q=0,image/webp", "auto=webp"},
		{"auto=format", "image/avif;q=0.5,image/webp", "auto=webp"},
		{"auto=format", "image/avif,image/webp;q=0.5", "auto=avif_webp"},
		{"auto=format", "image/webp;q=0.5,*/*;q=0.8", "auto=format"},
		{"auto=format", "image/avif;q=7,image/webp;q=x", "auto=format"},
		{"auto=format", "image/webp" + strings.Repeat(" ", maxAccept-10), "auto=webp"},
		{"auto=format", "image/webp" + strings.Repeat(" ", maxAccept-9), "auto=format"},
		{"auto=compress&auto=format", chrome, "auto=avif_webp_compress"},
		{"auto=format&fm=png", chrome, "auto=avif_webp,fm=png"},
		{"auto=format&fm=png", old, "fm=png"},
		{"auto=format&fit=clip", old, "auto=format"},
		{"auto=format,compress", old, "auto=compress"},
		{"auto=format,compress&fm=json", chrome, "auto=compress,fm=json"},
		{"__proto__=1&constructor=2&toString=3", "", ""},
		{strings.Repeat("&", MaxParameters-1), "", ""},
		{strings.Repeat("x", MaxQuery), "", ""},
	}
	for _, test := range tests {
		options, err := FromQuery(test.query, test.accept)
		if err != nil || options.String() != test.want {
			t.Errorf("FromQuery(%q, %q) = %q, %v, want %q", test.query, test.accept, options, err, test.want)
		}
		if again, err := Parse(test.want); err != nil || again != options {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", test.want, again, err, options)
		}
	}
}

func TestFromQueryRefuses(t *testing.T) {
	tests := []struct{ query, want string }{
		{"w=", "the value of w is refused: w takes a number 1..8192"},
		{"w", "the value of w is refused: w takes a number 1..8192"},
		{"w=0", "w=0 is refused: w takes a number 1..8192"},
		{"w=8193", "w=8193 is refused: w takes a number 1..8192"},
		{"w=-1", "w=-1 is refused: w takes a number 1..8192"},
		{"w=1e2", "w=1e2 is refused: w takes a number 1..8192"},
		{"w=3+00", "the value of w is refused: w takes a number 1..8192"},
		{"w=300%", "the value of w is refused: w takes a number 1..8192"},
		{"w=%EF%BC%93", "the value of w is refused: w takes a number 1..8192"},
		{"w=<script>", "the value of w is refused: w takes a number 1..8192"},
		{"w=" + strings.Repeat("9", 41), "the value of w is refused: w takes a number 1..8192"},
		{"dpr=0.09", "dpr=0.09 is refused: dpr takes a number 0.10..8"},
		{"dpr=8.01", "dpr=8.01 is refused: dpr takes a number 0.10..8"},
		{"q=0", "q=0 is refused: q takes a number 1..100"},
		{"q=101", "q=101 is refused: q takes a number 1..100"},
		{"orient=9", "orient=9 is refused: orient takes a word 1|2|3|4|5|6|7|8|90|180|270"},
		{"rot=360", "rot=360 is refused: rot takes a number 0..359"},
		{"blur=2001", "blur=2001 is refused: blur takes a number 0..2000"},
		{"sharp=101", "sharp=101 is refused: sharp takes a number 0..100"},
		{"fit=clip%7Ccrop", "the value of fit is refused: fit takes a word clip|crop|clamp|fill|max|min|scale"},
		{"crop=top_left", "crop=top_left is refused: crop takes a list top|bottom|left|right|center|entropy|attention"},
		{"crop=top,", "crop=top, is refused: crop takes a list top|bottom|left|right|center|entropy|attention"},
		{"ar=16,9", "ar=16,9 is refused: ar takes a number 0.0001..10000:0.0001..10000"},
		{"ar=0:1", "ar=0:1 is refused: ar takes a number 0.0001..10000:0.0001..10000"},
		{"rect=0,0,1", "rect=0,0,1 is refused: rect takes a number 0..10000000,0..10000000,1..10000000,1..10000000"},
		{"rect=0,0,0,1", "rect=0,0,0,1 is refused: rect takes a number 0..10000000,0..10000000,1..10000000,1..10000000"},
		{"bg=blurple", "bg=blurple is refused: bg takes a color rgb|argb|rrggbb|aarrggbb|name"},
		{"bg=12345", "bg=12345 is refused: bg takes a color rgb|argb|rrggbb|aarrggbb|name"},
		{"bg=blac\u212a", "the value of bg is refused: bg takes a color rgb|argb|rrggbb|aarrggbb|name"},
		{"auto=avif", "auto=avif is refused: auto takes a list format|compress"},
		{"lossless=2", "lossless=2 is refused: lossless takes a flag 0|1|true|false"},
	}
	for _, test := range tests {
		_, err := FromQuery(test.query, "")
		p, ok := errors.AsType[*problem.Problem](err)
		if !ok || p.Code != problem.BadOption || p.Detail != test.want {
			t.Errorf("FromQuery(%q): %v, want %q", test.query, err, test.want)
		}
	}
	for _, query := range []string{strings.Repeat("&", MaxParameters), strings.Repeat("x", MaxQuery+1)} {
		if _, err := FromQuery(query, ""); problem.Of(err).Code != problem.TooLong {
			t.Errorf("FromQuery of %d bytes: %v, want %s", len(query), err, problem.TooLong)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"original", "w", "w=", "=", ",", "w=300,", "w=0300", "w=300.0", "w=8193", "w=1,h=1", "w=1,w=2", "w=1,w=1",
		"W=1", "dpr=1", "dpr=1.234", "rot=0", "fit=clip", "fit=CROP", "crop=left_top", "crop=top_top", "crop=center",
		"bg=fff", "bg=FFFFFF", "bg=blurple", "ar=16:9", "ar=16_9_1", "auto=format,w=1", "auto=avif_format", "auto=format_compress", "auto=webp_avif", "auto=avif,fm=json",
		"lossless=true", "lossless=0", "x=1", "w=１", "w=300 ", "w=+1", "blur=-0",
	} {
		if options, err := Parse(text); problem.Of(err).Code != problem.BadOption {
			t.Errorf("Parse(%q) = %q, %v, want %s", text, options, err, problem.BadOption)
		}
	}
}

func TestValues(t *testing.T) {
	options, err := FromQuery("w=1&h=2&dpr=1.5&fit=min&crop=left,top&ar=3:2&rect=1,2,3,4&bg=8f00&fm=webp&q=5&lossless=1"+
		"&auto=compress&rot=6&flip=hv&orient=7&blur=8&sharp=9", chrome)
	if err != nil {
		t.Fatal(err)
	}
	want := Values{W: 1, H: 2, DPR: 1.5, Fit: FitMin, Crop: CropTop | CropLeft, AR: Ratio{3, 2}, Rect: Rect{1, 2, 3, 4},
		BG: Color{R: 255, A: 0x88, Set: true}, FM: "webp", Q: 5, Lossless: true, Auto: AutoCompress, Rot: 6,
		Flip: FlipHorizontal | FlipVertical, Orient: 7, Blur: 8, Sharp: 9}
	if got := options.Values(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(strings.Split(options.String(), ",")) != len(table) {
		t.Errorf("%s does not use every option of the table", options)
	}
	named, _ := FromQuery("bg=rebeccapurple&auto=format", chrome)
	if got := named.Values(); got.BG != (Color{0x66, 0x33, 0x99, 0xff, true}) || got.Auto != AutoAVIF|AutoWebP {
		t.Errorf("got %+v", got)
	}
	for degrees, orientation := range map[string]int{"90": 6, "180": 3, "270": 8} {
		if turned, _ := Parse("orient=" + degrees); turned.Values().Orient != orientation {
			t.Errorf("orient=%s means %d, want %d", degrees, turned.Values().Orient, orientation)
		}
	}
	if black, _ := Parse("bg=000000"); !black.Values().BG.Set {
		t.Error("black is taken for no colour")
	}
}

// The README has a row for each option: | `name`, … | … |, with all its words.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if names, row, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok {
			for name := range strings.SplitSeq(names, ", ") {
				rows[strings.Trim(name, "`")] = row
			}
		}
	}
	for name, option := range table {
		if rows[name] == "" {
			t.Errorf("the README lacks %s", name)
		}
		if option.kind != "word" && option.kind != "list" {
			continue
		}
		for word := range strings.SplitSeq(option.span, "|") {
			if !strings.Contains(rows[name], "`"+word+"`") {
				t.Errorf("the README says of %s: %s; without %s", name, rows[name], word)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "w=300", "ar=16_9,auto=avif_webp_compress,crop=top_left,w=640", "bg=88ff0000", "w=1,w=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		options, err := Parse(text)
		if err == nil && options.String() != text {
			t.Fatalf("Parse(%q).String() = %q", text, options)
		}
		if err != nil && problem.Of(err).Code != problem.BadOption {
			t.Fatalf("Parse(%q): %v", text, err)
		}
	})
}

func FuzzFromQuery(f *testing.F) {
	f.Add("w=300&h=200&fit=crop&auto=format,compress&bg=fff&dpr=2.625", chrome)
	f.Add("ar=16%3A9&rect=1,2,3,4&crop=left,top&rot=-0.5&w=0x1&flip=H", "image/webp;q=0.001")
	f.Fuzz(func(t *testing.T, query, accept string) {
		options, err := FromQuery(query, accept)
		if err != nil {
			return
		}
		if again, err := Parse(options.String()); err != nil || again != options {
			t.Fatalf("FromQuery(%q, %q) = %q, which parses to %q, %v", query, accept, options, again, err)
		}
	})
}
