package options

import (
	"errors"
	"reflect"
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
		if again, err := Parse(test.want); err != nil || !reflect.DeepEqual(again, options) {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", test.want, again, err, options)
		}
	}
}

func TestFromQueryRefuses(t *testing.T) {
	rectRange := table["rect"].Range
	tests := []struct{ query, want string }{
		{"w=", "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w", "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=0", "w=0 is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=8193", "w=8193 is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=-1", "w=-1 is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=1e2", "w=1e2 is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=3+00", "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=300%", "the encoding of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=%EF%BC%93", "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=<script>", "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"w=" + strings.Repeat("9", 41), "the value of w is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"dpr=0.09", "dpr=0.09 is refused: dpr takes a value 0.10..8"},
		{"dpr=8.01", "dpr=8.01 is refused: dpr takes a value 0.10..8"},
		{"q=101", "q=101 is refused: q takes a value 0..100"},
		{"orient=9", "orient=9 is refused: orient takes a value 0|1|2|3|4|5|6|7|8|90|180|270"},
		{"rot=360", "rot=360 is refused: rot takes a value 0.0..359.9"},
		{"blur=2001", "blur=2001 is refused: blur takes a value 0..2000"},
		{"sharp=101", "sharp=101 is refused: sharp takes a value 0..100"},
		{"fit=clip%7Ccrop", "the value of fit is refused: fit takes a value clip|crop|clamp|facearea|fill|fillmax|max|min|scale"},
		{"crop=top_left", "crop=top_left is refused: crop takes a list top|bottom|left|right|center|entropy|edges|attention|faces|focalpoint"},
		{"crop=top,", "crop=top, is refused: crop takes a list top|bottom|left|right|center|entropy|edges|attention|faces|focalpoint"},
		{"ar=16,9", "ar=16,9 is refused: ar takes a value 0.0001..10000:0.0001..10000"},
		{"ar=0:1", "ar=0:1 is refused: ar takes a value 0.0001..10000:0.0001..10000"},
		{"rect=0,0,1", "rect=0,0,1 is refused: rect takes a value " + rectRange + ""},
		{"rect=0,0,0,1", "rect=0,0,0,1 is refused: rect takes a value " + rectRange + ""},
		{"bg=blurple", "bg=blurple is refused: bg takes a value [f80, red]"},
		{"bg=12345", "bg=12345 is refused: bg takes a value [f80, red]"},
		{"bg=blac\u212a", "the value of bg is refused: bg takes a value [f80, red]"},
		{"auto=avif", "auto=avif is refused: auto takes a list format|compress|enhance|redeye|true"},
		{"w=0.00009", "w=0.00009 is refused: w takes a value 1..8192|0.0001..0.9999"},
		{"txt=%00", "the value of txt is refused: txt takes a text 0..600"},
		{"txt=%FF", "the encoding of txt is refused: txt takes a text 0..600"},
		{"txt=" + strings.Repeat("x", 601), "the value of txt is refused: txt takes a text 0..600"},
		{"txt64=SGVsbG9=", "the encoding of txt is refused: txt takes a text 0..600"},
		{"txt64=SGVsbG9", "the encoding of txt is refused: txt takes a text 0..600"},
		{"mark=https://example.com/a.png", "the value of mark is refused: mark takes a path [key, no URL]"},
		{"mark=..%2Fa.png", "the value of mark is refused: mark takes a path [key, no URL]"},
		{"border-radius=1,2", "border-radius=1,2 is refused: border-radius takes a corners 0..8192"},
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

// Each option of the table has a field, and each field an option.
func TestFields(t *testing.T) {
	for name := range table {
		if fields[name] == nil {
			t.Errorf("nothing keeps the option %s", name)
		}
	}
	for name := range fields {
		if table[name].Name == "" {
			t.Errorf("the table lacks %s", name)
		}
	}
}

// One option of each type that a field can have.
func TestValues(t *testing.T) {
	for _, test := range []struct {
		query string
		field func(Values) any
		want  any
	}{
		{"w=1", func(v Values) any { return v.W }, Length{Px: 1}},
		{"w=0.5", func(v Values) any { return v.W }, Length{Part: 0.5}},
		{"dpr=1.5", func(v Values) any { return v.DPR }, 1.5},
		{"", func(v Values) any { return v.DPR }, 1.0},
		{"max-w=5", func(v Values) any { return v.MaxW }, 5},
		{"fit=min", func(v Values) any { return v.Fit }, FitMin},
		{"crop=left,top", func(v Values) any { return v.Crop }, CropTop | CropLeft},
		{"", func(v Values) any { return v.Crop }, CropCenter},
		{"ar=3:2", func(v Values) any { return v.AR }, Ratio{3, 2}},
		{"rect=1,0.2,3,4", func(v Values) any { return v.Rect }, Rect{X: Length{Px: 1}, Y: Length{Part: 0.2}, W: Length{Px: 3}, H: Length{Px: 4}}},
		{"rect=right,middle,3,0.4", func(v Values) any { return v.Rect }, Rect{AtX: "right", AtY: "middle", W: Length{Px: 3}, H: Length{Part: 0.4}}},
		{"bg=8f00", func(v Values) any { return v.BG }, Color{R: 255, A: 0x88, Set: true}},
		{"bg=000", func(v Values) any { return v.BG }, Color{A: 255, Set: true}},
		{"bg=rebeccapurple", func(v Values) any { return v.BG }, Color{0x66, 0x33, 0x99, 0xff, true}},
		{"duotone=f00,blue", func(v Values) any { return v.Style.Duotone }, Duo{Color{R: 255, A: 255, Set: true}, Color{B: 255, A: 255, Set: true}}},
		{"border=3,f00", func(v Values) any { return v.Border.All }, Stroke{3, Color{R: 255, A: 255, Set: true}}},
		{"border-radius=3", func(v Values) any { return v.Border.Radius }, Corners{3, 3, 3, 3, true}},
		{"border-radius=1,2,3,4", func(v Values) any { return v.Border.Radius }, Corners{1, 2, 3, 4, true}},
		{"q=0", func(v Values) any { return *v.Q }, 0},
		{"", func(v Values) any { return v.Q }, (*int)(nil)},
		{"lossless=true", func(v Values) any { return v.Lossless }, true},
		{"jpg-progressive=false", func(v Values) any { return *v.Progressive }, false},
		{"flip=hv", func(v Values) any { return v.Flip }, FlipHorizontal | FlipVertical},
		{"orient=270", func(v Values) any { return v.Orient }, Orientation(8)},
		{"txt=%EC%9E%A5%EB%AF%B8+%F0%9F%8C%B9", func(v Values) any { return v.Text.Text }, "장미 🌹"},
		{"txt64=SGVsbG8", func(v Values) any { return v.Text.Text }, "Hello"},
		{"txt-font=Futura,bold", func(v Values) any { return v.Text.Font }, "Futura,bold"},
		{"mark=/a/b.png", func(v Values) any { return v.Mark.By }, Source{Key: "a/b.png"}},
		{"mark=a/b.png", func(v Values) any { return v.Mark.By }, Source{Key: "a/b.png"}},
		{"mark64=L2EvYi5wbmc", func(v Values) any { return v.Mark.By }, Source{Key: "a/b.png"}},
		{"blend=red", func(v Values) any { return v.Blend.By }, Source{Color: Color{R: 255, A: 255, Set: true}}},
		{"blend=/red", func(v Values) any { return v.Blend.By }, Source{Key: "red"}},
		{"mask=Ellipse", func(v Values) any { return v.Mask.By }, Source{Word: "ellipse"}},
		{"auto=format,redeye", func(v Values) any { return v.Auto }, AutoAVIF | AutoWebP},
		{"", func(v Values) any { return v.Mark.Pad }, 5},
		{"mark-pad=0", func(v Values) any { return v.Mark.Pad }, 0},
	} {
		o, err := FromQuery(test.query, chrome)
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		if got := test.field(o.Values()); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.query, got, test.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "w=300", "ar=16_9,auto=avif_webp_compress,crop=top_left,w=640", "bg=88ff0000", "w=1,w=1",
		"border=3_ff0000,corner-radius=1_2_3_4,h=0.5", "blend=navy,mark=Lw,mask=L2EucG5n,txt=66Ol66-4", "duotone=000080_ffe4b5,rect=left_0.5_full_9,txt=_w"} {
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
	f.Add("preset=thumb&txt64=66Ol66-4&mark=/a+b.png&mask=ELLIPSE&corner-radius=1,02,3.9,4", "")
	f.Add("w=300&dpr=1.5&border=3,F0a&blend64=ODBmZjAwMDA&h=0.25&lossless=False&dl=%EC%9E%A5%0A", "")
	stages := []Rules{{}, {Ladder{320, 640}, map[string]string{"thumb": "w=30&h=20&auto=format&pad=3", "bad": "w=0"}}}
	f.Fuzz(func(t *testing.T, query, accept string) {
		for _, rules := range stages {
			options, err := rules.FromQuery(query, accept)
			if err != nil {
				continue
			}
			if again, err := Parse(options.String()); err != nil || !reflect.DeepEqual(again, options) {
				t.Fatalf("FromQuery(%q, %q) = %q, which parses to %q, %v", query, accept, options, again, err)
			}
		}
	})
}
