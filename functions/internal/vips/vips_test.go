package vips

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	path, err := Find()
	if err == nil {
		err = Open(path)
	}
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// gradient is a picture whose every pixel tells its own place.
func gradient(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), uint8(x + y), 255})
		}
	}
	return img
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoadApplySave(t *testing.T) {
	img, err := New("pngload_buffer", Args{"buffer": encodePNG(t, gradient(64, 32)), "fail_on": "error", "access": "sequential"})
	must(t, err)
	defer img.Close()

	must(t, img.Apply("extract_area", Args{"left": 8, "top": 4, "width": 16, "height": 10}))
	data, err := img.Save("pngsave_buffer", Args{"compression": 1})
	must(t, err)

	got, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	if got.Bounds() != image.Rect(0, 0, 16, 10) {
		t.Fatalf("bounds %v", got.Bounds())
	}
	if r, g, b, _ := got.At(3, 2).RGBA(); r>>8 != 11 || g>>8 != 6 || b>>8 != 17 {
		t.Errorf("pixel (3, 2) is %d %d %d, want 11 6 17", r>>8, g>>8, b>>8)
	}
}

func TestEveryKindOfArgument(t *testing.T) {
	red, err := FromPixels(bytes.Repeat([]byte{200, 0, 0}, 4), 2, 2, 3)
	must(t, err)
	defer red.Close()

	brighter, err := red.With("linear", Args{"a": []float64{1, 1, 1}, "b": []int{5, 6, 7}, "uchar": true}) // doubles, bool
	must(t, err)
	defer brighter.Close()
	if p, _ := brighter.Pixels(); !bytes.Equal(p[:3], []byte{205, 6, 7}) {
		t.Errorf("linear made %v", p[:3])
	}

	joined, err := New("arrayjoin", Args{"in": []*Image{red, brighter}, "across": 2}) // images
	must(t, err)
	defer joined.Close()
	if joined.Width() != 4 || joined.Height() != 2 || joined.Bands() != 3 || joined.HasAlpha() {
		t.Errorf("joined is %d×%d of %d bands", joined.Width(), joined.Height(), joined.Bands())
	}

	var point []float64
	must(t, Call("getpoint", Args{"in": joined, "x": 3, "y": 1, "out_array": &point}))
	if !slices.Equal(point, []float64{205, 6, 7}) {
		t.Errorf("point is %v", point)
	}
	var mean float64
	must(t, Call("avg", Args{"in": red, "out": &mean}))
	if mean < 66 || mean > 67 {
		t.Errorf("mean is %v", mean)
	}
	var made *Image
	var x int
	must(t, Call("smartcrop", Args{"input": joined, "width": 2, "height": 2, "interesting": "high", "out": &made, "attention_x": &x}))
	made.Close()

	turned, err := red.With("affine", Args{"matrix": []float64{0, 1, -1, 0}, "interpolate": "bicubic"}) // an object by nick
	must(t, err)
	turned.Close()

	if f, i := red.Format(), red.Interpretation(); f != "uchar" || i != "srgb" {
		t.Errorf("format %s, interpretation %s", f, i)
	}
}

func TestMetadata(t *testing.T) {
	a, err := FromPixels(make([]byte, 12), 2, 6, 1)
	must(t, err)
	defer a.Close()
	b := a.Copy()
	defer b.Close()
	must(t, b.Set("page-height", 3))
	must(t, b.Set("delay", []int{10, 20}))
	must(t, b.Set("half", 0.5))
	must(t, b.Set("name", "rose"))
	must(t, b.Set("exif-data", []byte("Exif")))

	if n, ok := b.Int("page-height"); n != 3 || !ok || b.PageHeight() != 3 {
		t.Errorf("page height is %d, %v", n, ok)
	}
	if d, ok := b.Ints("delay"); !slices.Equal(d, []int{10, 20}) || !ok {
		t.Errorf("delay is %v, %v", d, ok)
	}
	if f, ok := b.Float("half"); f != 0.5 || !ok {
		t.Errorf("half is %v, %v", f, ok)
	}
	if s, ok := b.Text("name"); s != "rose" || !ok {
		t.Errorf("name is %q, %v", s, ok)
	}
	if e, ok := b.Blob("exif-data"); string(e) != "Exif" || !ok {
		t.Errorf("exif is %q, %v", e, ok)
	}
	if _, ok := b.Int("name"); ok {
		t.Error("a text is no int")
	}
	if a.Has("delay") {
		t.Error("the copy's metadata shows in the image that it came of")
	}
}

func TestErrors(t *testing.T) {
	img, err := FromPixels(make([]byte, 4), 2, 2, 1)
	must(t, err)
	defer img.Close()
	var out *Image
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"operation", Call("resise", nil), "resise"},
		{"argument", img.Apply("resize", Args{"skale": 2}), "resize has no argument skale"},
		{"type", img.Apply("resize", Args{"scale": "2"}), "resize: scale: libvips wants a gdouble"},
		{"nick", img.Apply("resize", Args{"scale": 2, "kernel": "lanczos9"}), "lanczos9"},
		{"range", img.Apply("resize", Args{"scale": -1}), "resize: scale: -1 is out of range"},
		{"direction", Call("invert", Args{"in": img, "out": img}), "out goes the other way"},
		{"missing", Call("invert", Args{"out": &out}), "in"},
		{"area", img.Apply("extract_area", Args{"left": 1, "top": 0, "width": 2, "height": 2}), "extract_area: bad extract area"},
		{"shape", img.Apply("avg", nil), "avg does not make an image from an image"},
		{"closed", Call("invert", Args{"in": &Image{}, "out": &out}), "libvips wants a VipsImage"},
		{"pixels", second(FromPixels(make([]byte, 5), 2, 2, 1)), "5 bytes are no 2×2 image"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, c.err, c.want)
		}
	}
	if out != nil {
		t.Error("a failed call put an image somewhere")
	}
	if left := takeError("nothing").Error(); left != "nothing: failed and did not say why" {
		t.Errorf("libvips still complains: %q", left)
	}
	if img.Width() != 2 {
		t.Error("a failed Apply changed the image")
	}
}

func second(_ *Image, err error) error { return err }

func TestBlock(t *testing.T) {
	Block("VipsForeignLoadPng", true)
	defer Block("VipsForeignLoadPng", false)
	_, err := New("pngload_buffer", Args{"buffer": encodePNG(t, gradient(4, 4))})
	if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "blocked") {
		t.Errorf("a blocked loader says %v", err)
	}
}

// Images are made and refused on several threads at once.
func TestConcurrent(t *testing.T) {
	good := encodePNG(t, gradient(64, 64))
	broken := good[:len(good)/2]
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			Do(func() error {
				for range 50 {
					if err := fromBuffer("pngload", good); err != nil {
						t.Errorf("a good image: %v", err)
					}
					if _, ok := errors.AsType[*Error](fromBuffer("pngload", broken)); !ok {
						t.Error("a broken image was taken for good")
					}
				}
				return nil
			})
		})
	}
	group.Wait()
}

// A pipe is a source like any other, and its first bytes may be seen before.
func TestPipe(t *testing.T) {
	data := encodeJPEG(t, gradient(256, 128))
	r, w, err := os.Pipe()
	must(t, err)
	go func() { w.Write(data); w.Close() }()
	src, err := FromFile(r)
	must(t, err)
	defer src.Close()
	r.Close()

	head, err := src.Sniff(3)
	must(t, err)
	if !bytes.Equal(head, []byte{0xff, 0xd8, 0xff}) {
		t.Errorf("head is %x", head)
	}
	header, err := New("jpegload_source", Args{"source": src})
	must(t, err)
	defer header.Close()
	all, err := src.Map()
	must(t, err)
	if n, err := src.Length(); !bytes.Equal(all, data) || n != int64(len(data)) || err != nil {
		t.Errorf("mapped %d bytes, length %d (%v), want %d", len(all), n, err, len(data))
	}
	small, err := New("jpegload_source", Args{"source": src, "shrink": 4, "access": "sequential"})
	must(t, err)
	defer small.Close()
	if header.Width() != 256 || small.Width() != 64 {
		t.Errorf("widths are %d and %d, want 256 and 64", header.Width(), small.Width())
	}
	must(t, small.Render())
}

// TestNoLeaks loads, changes and saves thousands of images, whole, cut and
// wrong. All are closed then, so by its own counters libvips holds nothing.
func TestNoLeaks(t *testing.T) {
	if held := settled(); held != (Usage{}) {
		t.Fatalf("another test left %+v behind", held)
	}
	jpg, pngs := encodeJPEG(t, gradient(64, 64)), encodePNG(t, gradient(64, 64))
	originals := []struct {
		loader string
		data   []byte
		good   bool
	}{
		{"jpegload", jpg, true},
		{"pngload", pngs, true},
		{"jpegload", jpg[:len(jpg)/2], false},
		{"pngload", pngs[:len(pngs)/2], false},
		{"jpegload", jpg[:20], false},
		{"jpegload", pngs, false},
		{"webpload", []byte("RIFF....WEBP"), false},
		{"gifload", []byte("GIF89a"), false},
	}
	round := func() {
		for _, o := range originals {
			for _, how := range []func(string, []byte) error{fromPipe, fromBuffer} {
				if err := how(o.loader, o.data); (err == nil) != o.good {
					t.Fatalf("%s of %d bytes: %v", o.loader, len(o.data), err)
				}
			}
		}
	}
	must(t, Do(func() error {
		for range 150 {
			round()
		}
		return nil
	}))
	if held := settled(); held != (Usage{}) {
		t.Errorf("after 2,400 images, libvips still holds %+v", held)
	}
}

// settled returns what libvips holds once its own threads have let go of
// their buffers, which they do as they end.
func settled() Usage {
	for range 100 {
		if Used() == (Usage{}) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return Used()
}

func fromBuffer(loader string, data []byte) error {
	img, err := New(loader+"_buffer", Args{"buffer": data, "fail_on": "error"})
	if err != nil {
		return err
	}
	defer img.Close()
	return use(img)
}

func fromPipe(loader string, data []byte) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	_, err = w.Write(data) // fits into the pipe
	w.Close()
	if err != nil {
		return err
	}
	src, err := FromFile(r)
	r.Close()
	if err != nil {
		return err
	}
	defer src.Close()
	if _, err := src.Sniff(16); err != nil {
		return err
	}
	img, err := New(loader+"_source", Args{"source": src, "fail_on": "error", "access": "sequential"})
	if err != nil {
		return err
	}
	defer img.Close()
	return use(img)
}

func use(img *Image) error {
	if err := img.Apply("resize", Args{"scale": 0.5, "kernel": "lanczos3"}); err != nil {
		return err
	}
	if err := img.Apply("embed", Args{"x": 1, "y": 1, "width": 40, "height": 40, "extend": "background", "background": []float64{1, 2, 3}}); err != nil {
		return err
	}
	if err := img.Apply("extract_area", Args{"left": 90, "top": 0, "width": 40, "height": 40}); err == nil {
		return errors.New("an area outside of the image was extracted")
	}
	if err := img.Set("delay", []int{1, 2}); err != nil {
		return err
	}
	_, err := img.Save("webpsave_buffer", Args{"Q": 50, "effort": 0})
	return err
}
