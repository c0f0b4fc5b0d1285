package magick

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

func TestParseSteps(t *testing.T) {
	tests := []struct {
		args string
		want []step
	}{
		{"", nil},
		{"-strip +repage -quality 80 -gravity center -background red", nil},
		{"-resize 300x200^", []step{resize{geometry{width: 300, height: 200, fill: true}}}},
		{"-gravity SouthEast -crop 10x20+3-4", []step{crop{geometry{width: 10, height: 20, x: 3, y: -4, offset: true}, gravity{2, 2}}}},
		{"-crop 50%x25%+0+0 -gravity north", []step{crop{geometry{width: 50, height: 25, percent: true, offset: true}, gravity{}}}},
		{"-rotate -90", []step{rotate{degrees: 270, background: white}}},
		{"-background #1238 -rotate 12.5> -background none", []step{rotate{degrees: 12.5, onlyWide: true, background: color{0x11, 0x22, 0x33, 0x88}}}},
		{"-flip -flop -flip", []step{flip{}, flop{}, flip{}}},
		{"-blur 2 -blur 0x3.5 -sharpen 1x0.5", []step{blur{gauss{2, 1}}, blur{gauss{0, 3.5}}, sharpen{gauss{1, 0.5}}}},
		{"-colorspace gray -colorspace sRGB", []step{gray{}, srgb{}}},
	}
	for _, test := range tests {
		p, err := Parse(strings.Fields(test.args))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
		} else if !reflect.DeepEqual(p.steps, test.want) {
			t.Errorf("%s: steps are %#v, want %#v", test.args, p.steps, test.want)
		}
	}
}

// refused is what a caller may try. Each is answered with a problem that
// holds the text beside it.
var refused = []struct{ args, says string }{
	{"@/etc/passwd", "not allowed"},
	{"rose:", "not allowed"},
	{"label:@/proc/self/environ", "not allowed"},
	{"msl:/tmp/x", "not allowed"},
	{"https://example.com/x.png", "not allowed"},
	{"/etc/passwd", "not allowed"},
	{"-write|/tmp/x", `"-write" is not allowed; allowed are +repage -background`},
	{"-set|option:filter:blur|0.8", "not allowed"},
	{"-define|x=y", "not allowed"},
	{"-resize|100|out.png", `"out.png" is not allowed`},
	{"-Resize|100", "not allowed"},
	{"-resize", "-resize lacks its value"},
	{"-resize|@/etc/passwd", "-resize"},
	{"-resize|", "-resize"},
	{"-resize|x", "-resize"},
	{"-resize|0", "-resize"},
	{"-resize|0x0", "-resize"},
	{"-resize|8193", "8192"},
	{"-resize|x8193", "8192"},
	{"-resize|10001%", "-resize"},
	{"-resize|100000001@", "-resize"},
	{"-resize|50%@", "-resize"},
	{"-resize|100+5+5", "-resize"},
	{"-resize|-100", "-resize"},
	{"-resize|1e3", "-resize"},
	{"-resize|NaN", "-resize"},
	{"-resize|99999999999999999999", "-resize"},
	{"-crop|100x100", "tiles"},
	{"-crop|100x100+1", "-crop"},
	{"-crop|100x100+65536+0", "-crop"},
	{"-crop|65536x1+0+0", "-crop"},
	{"-crop|100x100^+0+0", "-crop"},
	{"-rotate|361", "360"},
	{"-rotate|-361", "360"},
	{"-rotate|--90", "-rotate"},
	{"-rotate|90<>", "-rotate"},
	{"-quality|0", "1 to 100"},
	{"-quality|101", "1 to 100"},
	{"-quality|80.5", "1 to 100"},
	{"-blur|0x100.1", "100"},
	{"-blur|301", "300"},
	{"-blur|1x2x3", "-blur"},
	{"-blur|-1", "-blur"},
	{"-sharpen|x", "-sharpen"},
	{"-colorspace|CMYK", "Gray or sRGB"},
	{"-gravity|up", "NorthWest"},
	{"-background|@/etc/passwd", "CSS colour name"},
	{"-background|#12345", "CSS colour name"},
	{"-background|facade", "CSS colour name"},
	{"-background|rgb(256,0,0)", "CSS colour name"},
	{"-background|rgba(1,2,3)", "CSS colour name"},
	{"-format|%i", `the escape "%i" is not known`},
	{"-format|%[EXIF:*]", "not known"},
	{"-format|%[fx:1/0]", "not known"},
	{"-format|%", "not known"},
	{"-format|%[", "not known"},
	{`-format|\`, "not known"},
	{"-strip|\xff", "not allowed"},
	{"-format|\xff", "UTF-8"},
	{"-format|" + strings.Repeat("x", maxLength+1), "256 bytes"},
	{strings.TrimSuffix(strings.Repeat("-flip|", maxArgs+1), "|"), "at most 64"},
}

func TestParseRefuses(t *testing.T) {
	for _, test := range refused {
		_, err := Parse(strings.Split(test.args, "|"))
		if p := problem.Of(err); err == nil || p.Code != problem.BadRequest || !strings.Contains(p.Detail, test.says) {
			t.Errorf("%.60s: %v; want a bad request that says %q", test.args, err, test.says)
		}
	}
}

// At the limits, not one past them.
func TestParseAccepts(t *testing.T) {
	for _, args := range []string{
		"-resize|8192x8192!", "-resize|10000%", "-resize|100000000@", "-crop|65535x65535-65535+65535", "-rotate|-360", "-rotate|360<",
		"-quality|1", "-quality|100", "-blur|300x100", "-sharpen|0x0", "-background|rgb(255,0,0)", "-background|rgba(1, 2, 3, 0.5)",
		"-background|RebeccaPurple", "-background|#FFF", "-format|" + strings.Repeat("é", maxLength/2),
		strings.TrimSuffix(strings.Repeat("-flip|", maxArgs), "|"),
	} {
		if _, err := Parse(strings.Split(args, "|")); err != nil {
			t.Errorf("%.60s: %v", args, err)
		}
	}
}

func TestProgramTravels(t *testing.T) {
	sent, err := Parse(strings.Fields("-resize 50% -background none -rotate 10 -quality 70"))
	if err != nil {
		t.Fatal(err)
	}
	sent.Format, sent.Progressive, sent.Filter, sent.Sharpening = format.JPEG, true, "lagrange", 0.2
	text, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var got Program
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&got, sent) {
		t.Errorf("%s arrives as %+v, was %+v", text, got, *sent)
	}
	for _, forged := range []string{
		`{"args":["-write","/tmp/x"],"format":"png"}`, `{"format":"msl"}`, `{}`, `{"format":"png","filter":"x"}`,
		`{"format":"png","sharpening":1.5}`, `{"format":"png","quality":101}`, `{"args":["-resize"],"format":"png"}`,
	} {
		if err := json.Unmarshal([]byte(forged), new(Program)); err == nil {
			t.Errorf("%s is accepted", forged)
		}
	}
}

func TestDescribe(t *testing.T) {
	photo := Subject{Format: "JPEG", Width: 70, Height: 46, Depth: 8, Colorspace: "sRGB", Quality: 85, Frames: 1, Bytes: 1_236_016}
	movie := Subject{Format: "GIF", Width: 7, Height: 5, Depth: 8, Colorspace: "sRGB", Alpha: true, Frames: 2, Bytes: 999_999}
	tests := []struct {
		template string
		subject  Subject
		want     string
	}{
		{"%wx%h", photo, "70x46\n"},
		{"%wx%h", movie, "7x5\n7x5\n"},
		{"%m %z %b %g %n %Q %A %[colorspace]", photo, "JPEG 8 1.23602MB 70x46+0+0 1 85 False sRGB\n"},
		{`%p/%s %[width]\t%[height]\\ 100%% é`, movie, "0/0 7\t5\\ 100% é\n1/1 7\t5\\ 100% é\n"},
		{"%b %Q %A", movie, "999999B 92 True\n999999B 92 True\n"},
		{"", photo, "JPEG 70x46 70x46+0+0 8-bit sRGB 1.23602MB\n"},
	}
	for _, test := range tests {
		p, err := Parse([]string{"-format", test.template})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Template.Describe(test.subject); got != test.want {
			t.Errorf("%s: %q, want %q", test.template, got, test.want)
		}
	}
	if got := photo.FileSize(); got != "1.17876MiB" {
		t.Errorf("the file size is %s, want 1.17876MiB", got)
	}
}

// FuzzParse: whatever parses keeps its numbers in range, travels, and parses
// to the same steps on the other side.
func FuzzParse(f *testing.F) {
	for _, test := range refused {
		f.Add(test.args)
	}
	f.Add("-gravity|center|-crop|10x10+0+0|-resize|50x50^!<>|-rotate|-45.5|-background|#abcd|-blur|0x2|-format|%w\\n")
	f.Fuzz(func(t *testing.T, joined string) {
		p, err := Parse(strings.Split(joined, "|"))
		if err != nil {
			if problem.Of(err).Code != problem.BadRequest {
				t.Fatalf("%q: %v", joined, err)
			}
			return
		}
		for _, s := range p.steps {
			if r, ok := s.(resize); ok {
				if w, h := r.of(70, 46); w < 1 || h < 1 {
					t.Fatalf("%q makes %dx%d", joined, w, h)
				}
			}
		}
		p.Template.Describe(Subject{Frames: 1})
		p.Format = format.PNG
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Program
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%q does not travel: %v", joined, err)
		}
		if !reflect.DeepEqual(again.steps, p.steps) {
			t.Fatalf("%q arrives as %+v, was %+v", joined, again.steps, p.steps)
		}
	})
}
