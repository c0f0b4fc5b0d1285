package tutorial

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "keep the pictures that the tutorial's commands make")

// pictures are the files that the commands make in build/tutorial and the
// tutorial shows.
var pictures = []string{"rose.png", "larger.png", "turned.png", "small.jpg", "card.jpg", "face.jpg", "replaced.jpg"}

// checkPicture compares what a command made with what the tutorial shows.
func checkPicture(t *testing.T, name string) {
	t.Helper()
	made, shown := filepath.Join(root, "build/tutorial", name), filepath.Join(root, "docs/tutorial", name)
	if *update {
		text, err := os.ReadFile(made)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(shown, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := difference(decode(t, made), decode(t, shown)); d > 3 {
		t.Errorf("%s is not what its command makes: it differs by %.1f of 255; go test ./internal/tutorial -update in functions", shown, d)
	}
}

func decode(t *testing.T, file string) image.Image {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, _, err := image.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return picture
}

// difference is how much two pictures' brightness differs on average, from 0 to
// 255. Encoders differ a little from one processor to another.
func difference(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 255
	}
	sum := 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			d := int(grey(a, x, y)) - int(grey(b, x, y))
			sum += float64(max(d, -d))
		}
	}
	return sum / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

func grey(p image.Image, x, y int) uint8 {
	return color.GrayModel.Convert(p.At(x, y)).(color.Gray).Y
}

// Both languages show the pictures that the commands make.
func TestPictures(t *testing.T) {
	shown := regexp.MustCompile(`!\[[^\]]+\]\(tutorial/([^)]+)\)`)
	for _, name := range []string{"tutorial.md", "tutorial.ko.md"} {
		text, err := os.ReadFile(filepath.Join(root, "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, match := range shown.FindAllStringSubmatch(string(text), -1) {
			names = append(names, match[1])
		}
		if !slices.Equal(names, pictures) {
			t.Errorf("%s shows %q, want %q", name, names, pictures)
		}
	}
}
