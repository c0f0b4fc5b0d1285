package variant

import (
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/options"
)

func TestNotes(t *testing.T) {
	name := func(key, query string) Variant {
		o, err := options.FromQuery(query, "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := New(key, o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := name("a/rose.jpg", "w=20&mark=logo.png&blend=paper/-/upon/x.jpg&mask=a/rose.jpg")
	notes, ok := v.Notes()
	if !ok || len(notes) != 2 {
		t.Fatalf("notes are %q, want one for each other original", notes)
	}
	for i, key := range []string{"paper/-/upon/x.jpg", "logo.png"} {
		prefix, _ := Prefix(key)
		if !strings.HasPrefix(notes[i], prefix) {
			t.Errorf("the note %q is not found where %q is purged", notes[i], key)
		}
		if about, ok := Noted(notes[i]); !ok || about != v.StoreKey() {
			t.Errorf("the note %q is about %q, want %q", notes[i], about, v.StoreKey())
		}
	}
	if notes, ok := name("rose.jpg", "w=20&blend=red").Notes(); !ok || len(notes) != 0 {
		t.Errorf("without a layer there are the notes %q", notes)
	}

	// A note takes four bytes for three of the variant's key.
	long := name("rose.jpg", "mark="+strings.Repeat("m", 250))
	if notes, ok := long.Notes(); !ok || len(notes) != 1 {
		t.Errorf("a note that fits: %q", notes)
	}
	long = name(strings.Repeat("r", 300), "mark="+strings.Repeat("m", 300))
	if notes, ok := long.Notes(); ok {
		t.Errorf("a note of %d bytes", len(notes[0]))
	}

	for _, key := range []string{"rose.jpg/-/w=20", "rose.jpg/-/original", "rose.jpg", "rose.jpg/-/upon/%", "", "rose.jpg/-/upon/eA="} {
		if about, ok := Noted(key); ok {
			t.Errorf("%q passes for a note about %q", key, about)
		}
	}
	if keys := slices.Collect(strings.SplitSeq(name("rose.jpg", "w=20").StoreKey(), noted)); len(keys) != 1 {
		t.Error("a variant's key looks like a note's")
	}
}
