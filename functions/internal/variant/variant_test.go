package variant

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

func TestSpellings(t *testing.T) {
	tests := []struct{ path, key, storeKey string }{
		{"/rose.jpg/-/original", "rose.jpg", "rose.jpg/-/original"},
		{"/a/b/c.jpg/-/h=2,w=1", "a/b/c.jpg", "a/b/c.jpg/-/h=2,w=1"},
		{"/a%20b.jpg/-/w=320", "a b.jpg", "a b.jpg/-/w=320"},
		{"/a%2Bb.jpg/-/w=320", "a+b.jpg", "a+b.jpg/-/w=320"},
		{"/100%2525.jpg/-/w=320", "100%25.jpg", "100%25.jpg/-/w=320"},
		{"/it%27s%281%29%21%2A.jpg/-/w=320", "it's(1)!*.jpg", "it's(1)!*.jpg/-/w=320"},
		{"/%EC%9E%A5%EB%AF%B8.jpg/-/w=320", "장미.jpg", "장미.jpg/-/w=320"},
		{"/%F0%9F%8C%B9.jpg/-/w=320", "🌹.jpg", "🌹.jpg/-/w=320"},
		{"/x/-/w%3D1/-/w=320", "x/-/w=1", "x/-/w=1/-/w=320"},
		{"/a%EF%BF%BDb/-/w=320", "a\ufffdb", "a\ufffdb/-/w=320"},
		{"/x/-/-/w=320", "x/-", "x/-/-/w=320"},
		{"/-/-/original", "-", "-/-/original"},
		{"/original/-/original", "original", "original/-/original"},
	}
	for _, test := range tests {
		v, err := Parse(test.path)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.path, err)
			continue
		}
		if v.Key() != test.key || v.StoreKey() != test.storeKey || v.Path() != test.path {
			t.Errorf("Parse(%q) is %q, %q, %q", test.path, v.Key(), v.StoreKey(), v.Path())
		}
		if again, err := New(v.Key(), v.Options()); err != nil || !reflect.DeepEqual(again, v) {
			t.Errorf("New(%q, %q) = %+v, %v", v.Key(), v.Options(), again, err)
		}
	}
}

func TestPrefix(t *testing.T) {
	longest := strings.Repeat("k", MaxLength-len("/-/w=1"))
	for _, key := range []string{"rose.jpg", "a+b %.jpg", "x/-/w=1", "장미.jpg", longest} {
		o, err := options.Parse("w=1")
		if err != nil {
			t.Fatal(err)
		}
		v, err := New(key, o)
		if err != nil {
			t.Fatal(err)
		}
		if prefix, ok := Prefix(key); !ok || prefix+"w=1" != v.StoreKey() || Tag(key) != v.Tags() {
			t.Errorf("Prefix(%.40q) = %.40q, %v", key, prefix, ok)
		}
	}
	for _, key := range []string{"", "/", "a//b", "a/", "../a", "a\nb", "a\xff", "a\uffff", strings.Repeat("k", MaxLength-len("/-/"))} {
		if prefix, ok := Prefix(key); ok {
			t.Errorf("Prefix(%.40q) = %.40q, and no URL names it", key, prefix)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		path string
		want problem.Code
	}{
		{"", problem.BadPath},
		{"/rose.jpg", problem.BadPath},
		{"/rose.jpg/-/", problem.BadPath},
		{"/-/w=320", problem.BadPath},
		{"//-/w=320", problem.BadPath},
		{"rose.jpg/-/w=320", problem.BadPath},
		{"/a//b/-/w=320", problem.BadPath},
		{"/a/../b/-/w=320", problem.BadPath},
		{"/a/%2E%2E/b/-/w=320", problem.BadPath},
		{"/a/./b/-/w=320", problem.BadPath},
		{"/a%00b/-/w=320", problem.BadPath},
		{"/a%7Fb/-/w=320", problem.BadPath},
		{"/a%C2%85b/-/w=320", problem.BadPath},
		{"/a%EF%BF%BEb/-/w=320", problem.BadPath}, // XML cannot spell it
		{"/a%EF%BF%BFb/-/w=320", problem.BadPath},
		{"/a%FFb/-/w=320", problem.BadPath},
		{"/100%/-/w=320", problem.BadPath},
		{"/a+b/-/w=320", problem.BadPath},            // literal, not encoded
		{"/%63at/-/w=320", problem.BadPath},          // encoded needlessly
		{"/caf%c3%a9/-/w=320", problem.BadPath},      // lower-case escapes
		{"/a%2Fb/-/w=320", problem.BadPath},          // the slash stands for itself
		{"/rose.jpg%2F-%2Fw=320", problem.BadPath},   // so does the separator's
		{"/rose.jpg/-/W=320", problem.BadOption},     // unknown
		{"/rose.jpg/-/w=0320", problem.BadOption},    // not normal
		{"/rose.jpg/-/w%3D320", problem.BadOption},   // options are never encoded
		{"/rose.jpg/-/w=320/-/", problem.BadPath},    // the last separator counts
		{"/rose.jpg/-/w=320,h=1", problem.BadOption}, // unsorted
		{"/rose.jpg/-/original,w=1", problem.BadOption},
	}
	for _, test := range tests {
		if v, err := Parse(test.path); problem.Of(err).Code != test.want {
			t.Errorf("Parse(%q) = %q, %v, want %s", test.path, v.StoreKey(), err, test.want)
		}
	}
}

func TestLength(t *testing.T) {
	o, err := options.Parse("w=320")
	if err != nil {
		t.Fatal(err)
	}
	longest := strings.Repeat("가", 338) // 1,014 bytes, and 8 for /-/w=320
	if v, err := New(longest+"ab", o); err != nil || len(v.StoreKey()) != MaxLength {
		t.Errorf("a store key of %d bytes is refused: %v", MaxLength, err)
	}
	if _, err := New(longest+"abc", o); problem.Of(err).Code != problem.TooLong {
		t.Errorf("a store key of %d bytes: %v, want %s", MaxLength+1, err, problem.TooLong)
	}
}

func TestTag(t *testing.T) {
	one, _ := Parse("/rose.jpg/-/w=320")
	two, _ := Parse("/rose.jpg/-/original")
	if one.Tags() != two.Tags() || one.Tags() != "64481c7c001eeb0e3ecd783c6022927e0f9360653001166df454cb93fbdcb759" {
		t.Errorf("tags %s and %s", one.Tags(), two.Tags())
	}
}

// A variant goes by the tags of all that it is made of.
func TestTagsOfLayers(t *testing.T) {
	o, err := options.FromQuery("mark=logo.png&mark-base=/brand&mask=ellipse&blend=paper.jpg", "")
	if err != nil {
		t.Fatal(err)
	}
	v, err := New("rose.jpg", o)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"rose.jpg", "paper.jpg", "brand/logo.png"}; !slices.Equal(v.Keys(), want) {
		t.Errorf("it is made of %q, want %q", v.Keys(), want)
	}
	if want := Tag("rose.jpg") + "," + Tag("paper.jpg") + "," + Tag("brand/logo.png"); v.Tags() != want {
		t.Errorf("its tags are %s, want %s", v.Tags(), want)
	}
	itself, err := New("brand/logo.png", o)
	if want := Tag("brand/logo.png") + "," + Tag("paper.jpg"); err != nil || itself.Tags() != want {
		t.Errorf("upon itself its tags are %s, want %s: %v", itself.Tags(), want, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"/rose.jpg/-/original", "/x/-/w%3D1/-/w=320", "/%F0%9F%8C%B9.jpg/-/fm=webp,w=1", "/a%2Fb/-/w=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		v, err := Parse(path)
		if err != nil {
			return
		}
		if v.Path() != path {
			t.Fatalf("Parse(%q).Path() = %q", path, v.Path())
		}
		if key, err := DecodeKey(path); err != nil || key != v.StoreKey() {
			t.Fatalf("%q decodes to %q, %v, but is stored as %q", path, key, err, v.StoreKey())
		}
	})
}

func FuzzNew(f *testing.F) {
	for _, seed := range []string{"rose.jpg", "x/-/w=1", "a b+c%.jpg", "장미/🌹", "../x", "a//b"} {
		f.Add(seed, "w=320")
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		o, err := options.Parse(text)
		if err != nil {
			return
		}
		v, err := New(key, o)
		if err != nil {
			return
		}
		if again, err := Parse(v.Path()); err != nil || !reflect.DeepEqual(again, v) {
			t.Fatalf("Parse(%q) = %+v, %v, want %+v", v.Path(), again, err, v)
		}
	})
}
