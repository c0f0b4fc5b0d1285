package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io/fs"
	"math"
	"math/rand/v2"
	"testing"

	"primrose/functions/internal/faces"
	"primrose/functions/internal/options"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/vips"
)

func astronaut(t testing.TB) image.Image {
	t.Helper()
	data, err := fs.ReadFile(sample.Originals(), "astronaut.jpg")
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// group is a picture of 800×256 pixels with the astronaut at the right, at half
// the size of her photo, and at a quarter at the left.
func group(t testing.TB) *image.NRGBA {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 800, 256))
	for i := range 800 * 256 {
		img.SetNRGBA(i%800, i/800, color.NRGBA{uint8(40 + i%800/4), uint8(60 + i%800/5), 90, 255})
	}
	paste(img, astronaut(t), image.Pt(544, 0), 2)
	paste(img, astronaut(t), image.Pt(50, 64), 4)
	return img
}

// paste puts a photo into a picture, shrunk by a whole number.
func paste(img *image.NRGBA, photo image.Image, at image.Point, by int) {
	for y := range photo.Bounds().Dy() / by {
		for x := range photo.Bounds().Dx() / by {
			var sum [3]int
			for i := range by * by {
				r, g, b, _ := photo.At(by*x+i%by, by*y+i/by).RGBA()
				sum = [3]int{sum[0] + int(r>>8), sum[1] + int(g>>8), sum[2] + int(b>>8)}
			}
			n := by * by
			img.SetNRGBA(at.X+x, at.Y+y, color.NRGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
		}
	}
}

// Where the faces are, as measured by eye in her photo of 512 px.
var (
	largeFace = image.Rect(544+172/2, 60/2, 544+277/2, 165/2)
	smallFace = image.Rect(50+172/4, 64+60/4, 50+277/4, 64+165/4)
)

// placeOf returns where in a picture a part of it was cut out: where the two
// differ least.
func placeOf(part, picture *image.NRGBA) (best image.Rectangle) {
	least := -1
	size := part.Rect.Size()
	for y := range picture.Rect.Dy() - size.Y + 1 {
		for x := range picture.Rect.Dx() - size.X + 1 {
			off := 0
			for i := 0; i < 400 && (least < 0 || off < least); i++ {
				u, v := i%20*(size.X-1)/19, i/20*(size.Y-1)/19
				p, q := part.NRGBAAt(u, v), picture.NRGBAAt(x+u, y+v)
				off += abs(int(p.R)-int(q.R)) + abs(int(p.G)-int(q.G)) + abs(int(p.B)-int(q.B))
			}
			if least < 0 || off < least {
				best, least = image.Rect(x, y, x+size.X, y+size.Y), off
			}
		}
	}
	return best
}

// about tells whether two rectangles are the same but for some pixels at each
// side.
func about(a, b image.Rectangle, pixels int) bool {
	off := max(abs(a.Min.X-b.Min.X), abs(a.Min.Y-b.Min.Y), abs(a.Max.X-b.Max.X), abs(a.Max.Y-b.Max.Y))
	return off <= pixels
}

func padded(face image.Rectangle, by float64) image.Rectangle {
	return face.Inset(-int(float64(face.Dx()) * (by - 1) / 2))
}

// What is cut out is known from where the faces are, but for how exactly that
// is found.
func TestCropsAroundFaces(t *testing.T) {
	picture := group(t)
	original := pngOf(t, picture)
	wide := func(face image.Rectangle, w, h int) image.Rectangle {
		middle := face.Min.Add(face.Max).Div(2)
		at := image.Pt(max(0, min(800-w, middle.X-w/2)), max(0, min(256-h, middle.Y-h/2)))
		return image.Rectangle{at, at.Add(image.Pt(w, h))}
	}
	for _, c := range []struct {
		query string
		want  image.Rectangle
	}{
		{"crop=faces&fit=crop&w=256&h=256", wide(largeFace, 256, 256)}, // both don't fit
		{"crop=faces&fit=crop&w=650&h=256", wide(smallFace.Union(largeFace), 650, 256)},
		{"crop=faces&faceindex=2&fit=crop&w=150&h=256", wide(smallFace, 150, 256)},
		{"crop=faces&faceindex=9&fit=crop&w=150&h=256", wide(largeFace, 150, 256)},
		{"crop=faces,right&fit=crop&w=100&h=256&rect=200,0,300,256", image.Rect(400, 0, 500, 256)}, // no face there
		{"crop=faces&fit=crop&w=100&h=256&rect=200,0,300,256", image.Rect(300, 0, 400, 256)},
		{"fit=facearea&facepad=2&faceindex=1", padded(largeFace, 2)},
		{"fit=facearea&facepad=3&faceindex=2", padded(smallFace, 3)},
		{"fit=facearea", smallFace.Union(largeFace)},
		{"fit=facearea&rect=200,0,300,256", image.Rect(200, 0, 500, 256)},
	} {
		v := queried(t, c.query+"&fm=png", original)
		got := placeOf(pixels(t, v.Body), picture)
		if !about(got, c.want, 7) {
			t.Errorf("%s: cut out %v; want %v", c.query, got, c.want)
		}
	}
}

// Wherever faces lie, what is shown of them lies in the area, is as large as it
// may be, and has the box's ratio.
func TestWhatIsShownOfFacesFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	some := func(in size) rect {
		w, h := 1+random.IntN(in.w), 1+random.IntN(in.h)
		return rect{random.IntN(in.w - w + 1), random.IntN(in.h - h + 1), w, h}
	}
	for range 2000 {
		image := size{1 + random.IntN(3000), 1 + random.IntN(3000)}
		area, found := some(image), []rect{some(image), some(image), some(image)}
		v := options.Values{FacePad: 1 + 9*random.Float64(), FaceIndex: random.IntN(5)}
		b := box{float64(1 + random.IntN(500)), float64(1 + random.IntN(500))}

		got := geometry{faces: found}.faceArea(area, b, v)
		if got.none() || got.intersect(area) != got {
			t.Fatalf("facearea of %v in %v, for %v of %+v, shows %v", found, area, b, v, got)
		}
		if w, h := float64(got.w), float64(got.h); len(facesIn(found, area)) > 0 && math.Abs(w-h*b.w/b.h) > 1+b.w/b.h && math.Abs(h-w*b.h/b.w) > 1+b.h/b.w {
			t.Fatalf("facearea of %v in %v, for %v of %+v, shows %v: not the box's ratio", found, area, b, v, got)
		}
		if shown := facesIn(found, area); len(shown) > 0 {
			keep := some(area.size()).size()
			if got := aroundFaces(shown, v.FaceIndex, keep, area); got.size() != keep || got.intersect(area) != got {
				t.Fatalf("crop=faces of %v keeps %v of %v", shown, got, area)
			}
		}
	}
}

func TestFaceAreaMeetsTheBox(t *testing.T) {
	original := jpegOf(t, group(t))
	for _, c := range []struct {
		query string
		want  size
		off   int // px, that the height may be, where a face's own counts
	}{
		{"w=200&h=100", size{200, 100}, 0},
		{"w=100&h=200", size{100, 200}, 0},
		{"w=300&h=300&facepad=10", size{300, 300}, 0},
		{"w=2000&h=40&facepad=10", size{2000, 40}, 0},
		{"w=100&faceindex=1", size{100, 100}, 4},
		{"w=1&h=1", size{1, 1}, 0},
	} {
		if v := queried(t, "fit=facearea&"+c.query, original); v.Width != c.want.w || abs(v.Height-c.want.h) > c.off {
			t.Errorf("%s: %d×%d; want %v", c.query, v.Width, v.Height, c.want)
		}
	}
	for _, query := range []string{"fit=facearea&facepad=10&w=64&h=64", "fit=crop&crop=faces&w=64&h=64&face-blur=100&face-pixel=100"} {
		if v := queried(t, query, pngOf(t, quarters(1, 1, red))); v.Width != 64 || v.Height != 64 {
			t.Errorf("%s of one pixel: %d×%d; want 64×64", query, v.Width, v.Height)
		}
	}
}

// The faces are told in imgix's words, where they are in the upright picture.
func TestTellsFaces(t *testing.T) {
	type told struct {
		Faces []struct {
			Bounds struct{ X, Y, Width, Height int }
		}
	}
	tell := func(query string, original []byte) (got told) {
		v := queried(t, query, original)
		if err := json.Unmarshal(v.Body, &got); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return got
	}
	turned := withEXIF(jpegOf(t, storedAs(group(t), 6)), 6)
	got := tell("fm=json&faces=1", turned)
	if len(got.Faces) != 2 {
		t.Fatalf("told of %v; want two faces", got)
	}
	for i, want := range []image.Rectangle{largeFace, smallFace} {
		b := got.Faces[i].Bounds
		if found := image.Rect(b.X, b.Y, b.X+b.Width, b.Y+b.Height); !about(found, want, 6) {
			t.Errorf("face %d is told at %v; want %v", i+1, found, want)
		}
	}
	if got := tell("fm=json", turned); got.Faces != nil {
		t.Errorf("told of faces %v unasked", got)
	}
	if got := tell("fm=json&faces=1", pngOf(t, quarters(40, 30))); got.Faces == nil || len(got.Faces) > 0 {
		t.Errorf("told of faces %v where there is none; want an empty list", got.Faces)
	}
}

// facesLeft returns how many faces the detector finds in a picture.
func facesLeft(img *image.NRGBA) int {
	grey := image.NewGray(img.Rect)
	draw.Draw(grey, grey.Rect, img, image.Point{}, draw.Src)
	return len(faces.Find(grey))
}

func TestRedactsFaces(t *testing.T) {
	picture := group(t)
	check := func(query string, orientation int) {
		v := queried(t, query+"&fm=png", withEXIF(jpegOf(t, storedAs(picture, orientation)), orientation))
		got := pixels(t, v.Body)
		what := fmt.Sprintf("%s of orientation %d", query, orientation)
		if n := facesLeft(got); n > 0 {
			t.Errorf("%s leaves %d faces", what, n)
		}
		for _, outside := range []image.Point{{350, 125}, {555, 10}, {650, 200}, {150, 175}} {
			near(t, what, got, outside.X, outside.Y, picture.NRGBAAt(outside.X, outside.Y), 24)
		}
		for _, inside := range []image.Rectangle{largeFace, smallFace} {
			if changed(got, picture, inside) < 10 {
				t.Errorf("%s leaves %v as it is", what, inside)
			}
		}
	}
	check("face-blur=100", 1)
	check("face-blur=40&face-pixel=15", 1)
	for _, orientation := range []int{1, 2, 5, 6, 8} {
		check("face-pixel=25", orientation)
	}
	if facesLeft(picture) != 2 {
		t.Error("the picture has no two faces to begin with")
	}
}

// A face is redacted also where a crop cuts it in two, and in a size in which
// the detector would not find it any more.
func TestRedactsWhatIsLeftOfAFace(t *testing.T) {
	original := pngOf(t, group(t))
	for _, query := range []string{
		"rect=656,0,144,256", "fit=crop&crop=right&w=144&h=256", "w=200", "w=100", "fit=crop&crop=faces&w=100&h=100",
		"rect=674,0,126,256", "rect=610,0,30,256", "fit=crop&crop=attention&w=150&h=150", "fit=crop&crop=entropy&w=500&h=500",
	} {
		plain, redacted := shown(t, query, original), pixels(t, queried(t, query+"&face-blur=100&fm=png", original).Body)
		if off := difference(plain, redacted); max(off[0], off[1], off[2]) < 0.3 {
			t.Errorf("%s differs by %.2f only", query, off)
		}
	}
	for x := 613; x < 626; x += 3 { // about where the head begins, a pixel of it
		queried(t, fmt.Sprintf("rect=%d,0,1,256&face-blur=100", x), original)
	}
}

// changed is the mean difference of two pictures within a rectangle.
func changed(a, b *image.NRGBA, within image.Rectangle) float64 {
	sum := 0
	for y := within.Min.Y; y < within.Max.Y; y++ {
		for x := within.Min.X; x < within.Max.X; x++ {
			p, q := a.NRGBAAt(x, y), b.NRGBAAt(x, y)
			sum += abs(int(p.R)-int(q.R)) + abs(int(p.G)-int(q.G)) + abs(int(p.B)-int(q.B))
		}
	}
	return float64(sum) / float64(3*within.Dx()*within.Dy())
}

func TestFacesLeakNothing(t *testing.T) {
	whole := jpegOf(t, group(t))
	for _, original := range [][]byte{whole, whole[:len(whole)/2], pngOf(t, holes(scene(60, 40)))} {
		for _, options := range []string{
			"face-blur=50,w=300", "face-pixel=20", "crop=faces,fit=crop,h=90,w=90", "fit=facearea,h=90,w=90", "faces=1,fm=json",
			"crop=edges,fit=crop,h=90,w=90", "fm=blurhash", "fm=thumbhash", "palette=css", "palette=json",
		} {
			runPipe(t, Job{Options: options}, original)
		}
	}
	holdsNothing(t)
}

// Faces are redacted in the frames that they move to.
func TestRedactsMovingFaces(t *testing.T) {
	photo := astronaut(t)
	var stills []*image.NRGBA
	for i := range 3 {
		still := image.NewNRGBA(image.Rect(0, 0, 380, 150))
		draw.Draw(still, still.Rect, image.NewUniform(color.NRGBA{90, 110, 90, 255}), image.Point{}, draw.Src)
		paste(still, photo, image.Pt(i*110-20, -10), 3)
		stills = append(stills, still)
	}
	original := animated(t, stills)
	count := func(query string) (found int) {
		v := queried(t, query+"&fm=webp&lossless=1", original)
		all := pixels(t, v.Body)
		for i := range v.Frames {
			part := all.SubImage(image.Rect(0, i*v.Height, v.Width, (i+1)*v.Height)).(*image.NRGBA)
			frame := image.NewNRGBA(image.Rect(0, 0, v.Width, v.Height))
			draw.Draw(frame, frame.Rect, part, part.Rect.Min, draw.Src)
			found += facesLeft(frame)
		}
		return found
	}
	if n := count("w=380"); n != 3 {
		t.Fatalf("the original's frames show %d faces; want 3", n)
	}
	if n := count("face-pixel=30&w=380"); n != 0 {
		t.Errorf("%d faces are left; want none", n)
	}
}

// animated makes a WebP of frames of one size, without loss.
func animated(t testing.TB, stills []*image.NRGBA) []byte {
	t.Helper()
	w, h := stills[0].Rect.Dx(), stills[0].Rect.Dy()
	var all []byte
	for _, still := range stills {
		all = append(all, still.Pix...)
	}
	img, err := vips.FromPixels(all, w, h*len(stills), 4)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if err := img.Set("page-height", h); err != nil {
		t.Fatal(err)
	}
	data, err := img.Save("webpsave_buffer", vips.Args{"lossless": true})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
