package faces

import (
	"bytes"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"io/fs"
	"testing"

	"primrose/functions/internal/sample"
)

// grey returns a sample as grey, its longer side as long as wanted.
func grey(t testing.TB, name string, side int) *image.Gray {
	t.Helper()
	data, err := fs.ReadFile(sample.Originals(), name)
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	longer := max(b.Dx(), b.Dy())
	g := image.NewGray(image.Rect(0, 0, max(1, b.Dx()*side/longer), max(1, b.Dy()*side/longer)))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			g.Set(x, y, average(img, x, y, longer, side))
		}
	}
	return g
}

// average is the mean of a few of the pixels that become one.
func average(img image.Image, x, y, longer, side int) color.Gray {
	sum, n := 0, 0
	step := max(1, longer/side/3)
	for v := y * longer / side; v <= (y+1)*longer/side; v += step {
		for u := x * longer / side; u <= (x+1)*longer/side; u += step {
			if p := (image.Point{u, v}); p.In(img.Bounds()) {
				sum += int(color.GrayModel.Convert(img.At(u, v)).(color.Gray).Y)
				n++
			}
		}
	}
	return color.Gray{uint8(sum / max(1, n))}
}

// shows tells whether a square is about where a face is that was measured by
// eye: from brow to chin.
func shows(got, face image.Rectangle) bool {
	both := got.Intersect(face)
	return 2*area(both) > area(got)+area(face)-area(both)
}

// The astronaut's face is 105 px of her photo's 512.
var astronaut = image.Rect(172, 60, 277, 165)

func scaled(r image.Rectangle, by float64) image.Rectangle {
	at := func(p image.Point) image.Point { return image.Pt(int(float64(p.X)*by), int(float64(p.Y)*by)) }
	return image.Rectangle{at(r.Min), at(r.Max)}
}

func TestFindsAFace(t *testing.T) {
	for _, side := range []int{240, 480, Side} {
		found := Find(grey(t, "astronaut.jpg", side))
		want := scaled(astronaut, float64(side)/512)
		if len(found) != 1 || !shows(found[0], want) {
			t.Errorf("at %d px, found %v; want one face, at %v", side, found, want)
		}
	}
}

func TestFindsTheLargestFirst(t *testing.T) {
	group := image.NewGray(image.Rect(0, 0, 480, 320))
	small, large := grey(t, "astronaut.jpg", 160), grey(t, "astronaut.jpg", 320)
	put := func(picture *image.Gray, left int) {
		for y := range picture.Rect.Dy() {
			for x := range picture.Rect.Dx() {
				group.SetGray(left+x, y, picture.GrayAt(x, y))
			}
		}
	}
	put(small, 0)
	put(large, 160)
	found := Find(group)
	first, second := scaled(astronaut, 320./512).Add(image.Pt(160, 0)), scaled(astronaut, 160./512)
	if len(found) != 2 || !shows(found[0], first) || !shows(found[1], second) {
		t.Errorf("found %v; want %v and %v", found, first, second)
	}
	if part := Find(group.SubImage(image.Rect(160, 0, 480, 320)).(*image.Gray)); len(part) != 1 || !shows(part[0], first) {
		t.Errorf("in a part, found %v; want %v", part, first)
	}
}

func TestFindsNoFaceWhereThereIsNone(t *testing.T) {
	for _, name := range []string{"brushes.jpg", "dandelion.jpg", "dogs.jpg", "fig.jpg", "mountains.jpg", "primrose.png", "rose.jpg"} {
		if found := Find(grey(t, name, Side)); len(found) > 0 {
			t.Errorf("%s has no face; found %v", name, found)
		}
	}
	for _, size := range []image.Point{{1, 1}, {1, Side}, {smallest, smallest}, {Side, 2}} {
		if found := Find(image.NewGray(image.Rectangle{Max: size})); len(found) > 0 {
			t.Errorf("%v black pixels have no face; found %v", size, found)
		}
	}
}

// A picture full of faces is no more work than any.
func TestBoundsACrowd(t *testing.T) {
	face := grey(t, "astronaut.jpg", 112).SubImage(scaled(astronaut, 112./512).Inset(-2)).(*image.Gray)
	crowd := image.NewGray(image.Rect(0, 0, Side, Side))
	for y := range Side {
		for x := range Side {
			crowd.SetGray(x, y, face.GrayAt(face.Rect.Min.X+x%face.Rect.Dx(), face.Rect.Min.Y+y%face.Rect.Dy()))
		}
	}
	if found := Find(crowd); len(found) != Most {
		t.Errorf("found %d faces of a crowd; want %d", len(found), Most)
	}
}

// Whatever the pixels are, squares lie in the picture, and none on another.
func FuzzFind(f *testing.F) {
	face := grey(f, "astronaut.jpg", 60)
	f.Add(face.Pix, face.Stride)
	f.Add([]byte{255}, 1)
	f.Add(bytes.Repeat([]byte{0, 200}, 1000), 37)
	f.Fuzz(func(t *testing.T, pixels []byte, width int) {
		if width < 1 || width > len(pixels) || len(pixels) > 10_000 {
			return
		}
		picture := &image.Gray{Pix: pixels, Stride: width, Rect: image.Rect(0, 0, width, len(pixels)/width)}
		found := Find(picture)
		for i, square := range found {
			if square.Empty() || !square.In(picture.Rect) {
				t.Errorf("found %v in %v", square, picture.Rect)
			}
			for _, other := range found[:i] {
				if covers(square, other) {
					t.Errorf("found %v and %v", square, other)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	picture := grey(b, "astronaut.jpg", Side)
	for b.Loop() {
		Find(picture)
	}
}
