package corpus

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"net/http"
	"testing"

	"primrose/functions/internal/format"
)

// question is a query, and what its answer must be like.
type question struct {
	query  string
	format format.Format             // "" for any
	size   func(w, h int) (int, int) // of the answer, by the upright original's; nil for any
}

var questions = []question{
	{"", "", nil},
	{"w=64", "", width(64)},
	{"h=48&fm=jpg", format.JPEG, height(48)},
	{"w=64&fm=pjpg&q=40", format.JPEG, width(64)},
	{"w=64&fm=png", format.PNG, width(64)},
	{"w=64&fm=webp", format.WebP, width(64)},
	{"w=64&fm=webp&lossless=1", format.WebP, width(64)},
	{"w=64&fm=avif", format.AVIF, width(64)},
	{"w=64&fm=gif", format.GIF, width(64)},
	{"w=64&auto=format", "", width(64)},
	{"w=64&auto=format,compress", "", width(64)},
	{"w=64&h=48&fit=clip", "", nil},
	{"w=64&h=48&fit=crop", "", box(64, 48)},
	{"w=64&h=48&fit=crop&crop=entropy", "", box(64, 48)},
	{"w=64&h=48&fit=crop&crop=attention&fm=png", format.PNG, box(64, 48)},
	{"w=64&h=48&fit=crop&crop=bottom,right", "", box(64, 48)},
	{"w=64&h=48&fit=clamp", "", box(64, 48)},
	{"w=64&h=48&fit=fill&bg=fde2ea", "", box(64, 48)},
	{"w=64&h=48&fit=scale", "", box(64, 48)},
	{"w=64&h=48&fit=max", "", nil},
	{"w=64&h=48&fit=min", "", nil},
	{"w=32&ar=1:1&fit=crop&dpr=2", "", box(64, 64)},
	{"rect=0,0,8,8", "", func(w, h int) (int, int) { return min(w, 8), min(h, 8) }},
	{"w=64&rot=30&flip=hv&bg=navy", "", nil},
	{"w=64&orient=6", "", nil},
	{"w=64&blur=200", "", width(64)},
	{"w=64&sharp=50&fm=jpg&bg=red", format.JPEG, width(64)},
}

func box(w, h int) func(int, int) (int, int) {
	return func(int, int) (int, int) { return w, h }
}

func width(to int) func(int, int) (int, int) {
	return func(w, h int) (int, int) { return to, scaled(h, to, w) }
}

func height(to int) func(int, int) (int, int) {
	return func(w, h int) (int, int) { return scaled(w, to, h), to }
}

func scaled(n, by, of int) int {
	return max(1, int(math.Round(float64(n)*float64(by)/float64(of))))
}

// judge checks that an answer is an image of the right kind and size.
func (b *bed) judge(t *testing.T, q question, a answer, i info) {
	t.Helper()
	kind := format.Sniff(a.body)
	if kind.ContentType() != a.kind || q.format != "" && kind != q.format {
		t.Errorf("%s: the bytes are %q, the type is %s, asked for was %q", q.query, kind, a.kind, q.format)
	}
	img := b.decode(t, a)
	if img == nil || q.size == nil {
		return
	}
	w, h := bounded(q.size(i.upright()))
	if got := img.Bounds(); !near(got.Dx(), w) || !near(got.Dy(), h) {
		t.Errorf("%s: the image is %dx%d, want %dx%d", q.query, got.Dx(), got.Dy(), w, h)
	}
}

// bounded brings a size into that of the largest variants.
func bounded(w, h int) (int, int) {
	const most = 8192 // px a side
	if longest := max(w, h); longest > most {
		return scaled(w, most, longest), scaled(h, most, longest)
	}
	return w, h
}

func near(a, b int) bool { return a-1 <= b && b <= a+1 }

// alike is how much two decoders may differ: the mean over all channels, of
// 255. They scale up colours and round in ways of their own.
const alike = 2.0

// compare holds the engine's pixels against those of Go's decoders, where
// these give colours of the same meaning.
func (b *bed) compare(t *testing.T, name string, i info) {
	t.Helper()
	plain := !i.Profile && i.Orientation <= 1 && i.Depth <= 8 && i.ColorSpace != "cmyk"
	if !plain || i.Width*i.Height > 5_000_000 {
		return
	}
	original := b.ask(t, name, "").body
	var want image.Image
	var err error
	switch i.Format {
	case format.JPEG:
		want, err = jpeg.Decode(bytes.NewReader(original))
	case format.PNG:
		want, err = png.Decode(bytes.NewReader(original))
	default:
		return
	}
	a := b.ask(t, name, "fm=png")
	if err != nil || a.status != http.StatusOK {
		return
	}
	if d := difference(b.decode(t, a), want); d > alike {
		t.Errorf("the pixels are off by %.1f of 255 in the mean", d)
	}
}

// tryHalf puts questions to the first half of a file: it must be refused,
// unless all of the picture is in that half.
func (b *bed) tryHalf(t *testing.T, name string) {
	t.Helper()
	for _, query := range []string{"w=64&fm=png", "h=300&w=300&fit=crop&fm=png"} {
		part := b.ask(t, name+half, query)
		if part.status != http.StatusOK {
			continue
		}
		whole := b.ask(t, name, query)
		if whole.status != http.StatusOK {
			t.Errorf("%s: half of the file is answered, the whole is refused: %s", query, whole.code)
			continue
		}
		if d := difference(b.decode(t, part), b.decode(t, whole)); d > alike {
			t.Errorf("%s: half of the file gives another image than all of it, off by %.1f of 255", query, d)
		}
	}
}

// difference is the mean difference of two images' channels, of 255; the
// most there can be if their sizes differ.
func difference(a, b image.Image) float64 {
	if a == nil || b == nil || a.Bounds().Size() != b.Bounds().Size() {
		return 255
	}
	sum := 0
	size := a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			p := color.RGBAModel.Convert(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)).(color.RGBA)
			sum += gap(p.R, q.R) + gap(p.G, q.G) + gap(p.B, q.B) + gap(p.A, q.A)
		}
	}
	return float64(sum) / float64(4*size.X*size.Y)
}

func gap(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
