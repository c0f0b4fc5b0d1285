package preset

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const text = "# on the front page\r\nhero \t w=1600&h=600&fit=crop&auto=format,compress \n\n  thumb w=300\nlogo-2 mark=%2Flogo.png&txt64=SGk"
	got, err := Parse(text)
	want := []Preset{{"hero", "w=1600&h=600&fit=crop&auto=format,compress"}, {"thumb", "w=300"}, {"logo-2", "mark=%2Flogo.png&txt64=SGk"}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%v, %v, want %v", got, err, want)
	}
	part := Part(got)
	if part.Prefix != "preset." || !maps.Equal(part.Values, map[string]string{"hero": want[0].Query, "thumb": want[1].Query, "logo-2": want[2].Query}) {
		t.Errorf("the store's part is %v", part)
	}
	if got, err := Parse("\n# none\n"); len(got) != 0 || err != nil {
		t.Errorf("of no preset: %v, %v", got, err)
	}
}

// Mistakes are found where a preset is written, not by each viewer.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"Hero w=1":                           `line 1: "Hero" is no preset's name`,
		strings.Repeat("a", 33) + " w=1":     "is no preset's name",
		"thumb":                              "preset thumb: has no options",
		"thumb w=1&hieght=2":                 `"hieght" is no option`,
		"thumb w=1&":                         `"" is no option`,
		"thumb ?w=1":                         "holds a space, ?",
		"thumb w=1 h=2":                      "holds a space",
		"thumb txt=é":                        "not ASCII",
		"thumb w=9999":                       "w=9999 is refused",
		"thumb preset=hero":                  `"preset" is no option`,
		"thumb w=1&kid=2026a":                `"kid" is no option`,
		"thumb w=1&s=x":                      `"s" is no option`,
		"a w=1\n\na w=2":                     "line 3: preset a is there already",
		"a w=0\nb h=0":                       "line 2: preset b: h=0 is refused",
		"a txt=" + strings.Repeat("a", 1021): "has 1025 bytes",
		"a " + strings.Repeat("w=1&", 40) + "h=1": "more than 40 parameters",
	} {
		if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: %v, %v, want %s", text, got, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("hero w=1600&h=600\n# no\nthumb w=1")
	f.Add("a\tw=1\n\x00 b=\xff")
	f.Fuzz(func(t *testing.T, text string) {
		presets, err := Parse(text)
		if err != nil {
			return
		}
		var lines strings.Builder
		for _, p := range presets {
			fmt.Fprintln(&lines, p.Name, p.Query)
		}
		if again, err := Parse(lines.String()); err != nil || fmt.Sprint(again) != fmt.Sprint(presets) {
			t.Errorf("%v is written as %q, and read as %v, %v", presets, lines.String(), again, err)
		}
	})
}
