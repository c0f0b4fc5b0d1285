package options

import (
	"slices"
	"testing"
)

func TestParseLadder(t *testing.T) {
	if l, err := ParseLadder("1,320,8192"); err != nil || !slices.Equal(l, Ladder{1, 320, 8192}) {
		t.Errorf("got %v, %v", l, err)
	}
	for _, text := range []string{"", ",", "0", "8193", "640,320", "320,320", "320,", "320, 640", "wide", "1e2"} {
		if l, err := ParseLadder(text); err == nil {
			t.Errorf("%q is read as %v", text, l)
		}
	}
}

// The table of cases is the edge function's, which Go is compared with.
func TestLadder(t *testing.T) {
	ladder := Ladder{320, 640}
	rules := Rules{Ladder: ladder}
	for query, want := range map[string]string{
		"":                           "",
		"fm=png":                     "fm=png",
		"dpr=2":                      "dpr=2",
		"w=320":                      "w=320",
		"w=321":                      "w=640",
		"w=8192":                     "w=640",
		"w=160&dpr=2":                "w=320",
		"h=400":                      "h=640",
		"w=300&h=200&dpr=2":          "h=427,w=640",
		"w=640&h=8192&dpr=1":         "h=8192,w=640",
		"w=1&h=8192":                 "h=8192,w=320",
		"w=8192&h=1":                 "h=1,w=640",
		"w=0.5&h=100":                "h=100,w=0.5",
		"w=100&h=0.5":                "h=0.5,w=320",
		"w=0300&ar=3:2&rect=1,2,3,4": "ar=3_2,rect=1_2_3_4,w=320",
	} {
		if got, err := rules.FromQuery(query, ""); err != nil || got.String() != want {
			t.Errorf("%s: %q, %v, want %q", query, got, err, want)
		}
	}
	values, err := rules.FromQuery("w=200&h=100", "")
	if err != nil || values.Values().W.Px != 320 || values.Values().H.Px != 160 {
		t.Errorf("the values are %+v, %v", values.Values(), err)
	}
}
