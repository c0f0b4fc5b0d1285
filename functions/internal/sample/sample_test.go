package sample

import (
	"bytes"
	"image"
	"image/gif"
	_ "image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRose(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(Rose()))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 70 || b.Dy() != 46 {
		t.Errorf("the rose is %v, want 70x46", b)
	}
	if r, g, b, _ := img.At(46, 36).RGBA(); r < 2*g || r < 2*b {
		t.Errorf("a petal is %d, %d, %d: not red", r>>8, g>>8, b>>8)
	}
	if r, g, b, _ := img.At(1, 1).RGBA(); g < r || g < b {
		t.Errorf("the garden is %d, %d, %d: not green", r>>8, g>>8, b>>8)
	}
	Rose()[0] = 0
	if Rose()[0] == 0 {
		t.Error("a caller changed the rose of all others")
	}
}

// The originals show what a service has to deal with, are named in LICENSES,
// and together stay small.
func TestOriginals(t *testing.T) {
	files := Originals()
	licences, err := fs.ReadFile(files, "LICENSES")
	if err != nil {
		t.Fatal(err)
	}
	sum, largest := 0, 0
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == "LICENSES" {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		img, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(string(licences), name) {
			t.Errorf("LICENSES does not name %s", name)
		}
		if hasExif := bytes.Contains(data, []byte("Exif")); hasExif != (name == "dogs.jpg") {
			t.Errorf("%s has Exif metadata: %v", name, hasExif)
		}
		sum, largest = sum+len(data), max(largest, img.Width*img.Height)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum > 3_000_000 || largest < 6_000_000 {
		t.Errorf("the originals have %d bytes, the largest has %d pixels; want at most 3 MB and at least 6 megapixels", sum, largest)
	}
}

func TestTransparencyAndAnimation(t *testing.T) {
	flower, err := fs.ReadFile(Originals(), "primrose.png")
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(flower))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, corner := img.At(0, 0).RGBA()
	_, _, _, middle := img.At(320, 320).RGBA()
	if corner != 0 || middle != 0xffff {
		t.Errorf("the flower's opacity is %d in a corner, %d in the middle", corner, middle)
	}
	bloom, err := fs.ReadFile(Originals(), "bloom.gif")
	if err != nil {
		t.Fatal(err)
	}
	movie, err := gif.DecodeAll(bytes.NewReader(bloom))
	if err != nil || len(movie.Image) < 2 {
		t.Errorf("the bloom has %d frames (%v)", len(movie.Image), err)
	}
}

// Unpacking again repairs what was changed and touches nothing else: variants
// of what is untouched stay good.
func TestUnpack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for range 2 {
		if err := Unpack(dir); err != nil {
			t.Fatal(err)
		}
		long := time.Unix(1, 0)
		if err := os.Chtimes(filepath.Join(dir, "rose.jpg"), long, long); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "fig.jpg"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Unpack(dir); err != nil {
		t.Fatal(err)
	}
	rose, err := os.Stat(filepath.Join(dir, "rose.jpg"))
	if err != nil || rose.ModTime().Unix() != 1 {
		t.Errorf("the rose was written again (%v)", err)
	}
	if fig, err := os.Stat(filepath.Join(dir, "fig.jpg")); err != nil || fig.Size() == 0 {
		t.Errorf("the fig was not repaired (%v)", err)
	}
}
