package options

import (
	"slices"
	"testing"
)

// Layers are originals, in the order in which they meet the picture.
func TestLayers(t *testing.T) {
	for query, want := range map[string][]Layer{
		"":                                nil,
		"mark=logo.png":                   {{"mark", "logo.png"}},
		"mark=/logo":                      {{"mark", "logo"}},
		"mark64=bG9nby5wbmc":              {{"mark", "logo.png"}},
		"mark=b/c.png&mark-base=/a":       {{"mark", "a/b/c.png"}},
		"mark-base=a":                     nil,
		"mask=ellipse&blend=red":          nil,
		"mask=corners&blend=80ff0000&w=5": nil,
		"mask=m.png&mark=m.png&blend=장미+1.jpg&w=9": {{"blend", "장미 1.jpg"}, {"mask", "m.png"}, {"mark", "m.png"}},
		"blend-mode=hue&mark-w=9&mask-bg=red":      nil,
	} {
		o, err := FromQuery(query, "")
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := o.Values().Layers(); !slices.Equal(got, want) {
			t.Errorf("%s lays %q, want %q", query, got, want)
		}
		if len(want) > MaxLayers {
			t.Errorf("%s lays more than %d", query, MaxLayers)
		}
	}
}

// What is no original's key can't be laid: nothing is fetched by address.
func TestLayersAreKeys(t *testing.T) {
	for _, value := range []string{
		"https://example.com/x.png", "http://169.254.169.254/", "//example.com/x.png", "/../x.png", "a/../x.png", "..", "./x.png",
		"file:///etc/passwd", "s3://bucket/key", "a//b.png", "%00.png", "a%0Ab.png", "a/", "/",
	} {
		for _, option := range []string{"mark", "blend", "mask", "mark-base"} {
			if o, err := FromQuery(option+"="+value, ""); err == nil {
				t.Errorf("%s=%s is taken for %v", option, value, o.Values().Layers())
			}
		}
	}
}
