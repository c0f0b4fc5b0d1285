package main

import (
	"os"
	"path/filepath"
	"testing"
	"unicode"
)

// installed is a font as it ships.
func installed(t *testing.T, name string) (*font, []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../build/fonts", name+".ttf"))
	if err != nil {
		t.Fatalf("%v: make codecs installs it", err)
	}
	f, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f, text
}

// The fonts that ship are those of these sources, of which install makes nothing
// anew then.
func TestInstalled(t *testing.T) {
	if err := install("../../build/fonts"); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		_, text := installed(t, filepath.Base(f.style))
		if f.lean != nil && sum(text) != 0xb1b0afba {
			t.Errorf("%s: the file's checksum is %x", f.style, sum(text))
		}
	}
	terms, err := os.ReadFile("../../build/fonts/LICENCES")
	if err != nil || len(terms) < len(files)*4000 {
		t.Errorf("licences of %d bytes: %v", len(terms), err)
	}
}

// The Korean font draws each syllable, and nothing of Chinese.
func TestKorean(t *testing.T) {
	f, _ := installed(t, "NotoSansKR_400Regular")
	glyphs, err := f.characters()
	if err != nil {
		t.Fatal(err)
	}
	for r := '가'; r <= '힣'; r++ {
		if glyph, ok := glyphs[r]; !ok || len(f.outline(glyph)) == 0 {
			t.Fatalf("%c is not drawn", r)
		}
	}
	drawn := map[uint32]bool{}
	for r, glyph := range glyphs {
		drawn[glyph] = true
		if unicode.Is(unicode.Han, r) {
			t.Fatalf("%c is there", r)
		}
	}
	kept := f.parts([]uint32{0})
	for glyph := range drawn {
		for part := range f.parts([]uint32{glyph}) {
			kept[part] = true
		}
	}
	for glyph := range uint32(len(f.table["loca"])/4 - 1) {
		if !kept[glyph] && len(f.outline(glyph)) > 0 {
			t.Fatalf("glyph %d draws no character, and is there", glyph)
		}
	}
}

func TestEmojiAreDrawnOnce(t *testing.T) {
	f, _ := installed(t, "NotoColorEmoji_400Regular")
	if f.table["COLR"] == nil || f.table["SVG "] != nil {
		t.Error("want COLR's form of the emoji, and not SVG's")
	}
}

// A font that is taken apart and put together is the same one.
func FuzzParse(f *testing.F) {
	whole := &font{0x10000, map[string][]byte{"head": make([]byte, 54), "cmap": {1, 2, 3}, "glyf": {}}}
	f.Add(whole.bytes())
	f.Add(whole.bytes()[:40])
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := parse(text)
		if err != nil || len(parsed.table["head"]) < 12 {
			return
		}
		again, err := parse(parsed.bytes())
		if err != nil {
			t.Fatal(err)
		}
		for tag, table := range parsed.table {
			if got := again.table[tag]; len(got) != len(table) || tag != "head" && string(got) != string(table) {
				t.Errorf("table %q changed", tag)
			}
		}
	})
}
