package bomb

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// heavy are the attacks that take seconds each: at the limits of what is
// served.
func heavy(t *testing.T) []attack {
	avif := sync.OnceValue(func() []byte {
		return encoded(t, PNG{Width: 8192, Height: 8192, Depth: 8, Color: 2}.Encode(), "fm=avif")
	})
	avif64 := sync.OnceValue(func() []byte { return encoded(t, small().Encode(), "fm=avif") })
	var all []attack
	add := func(name string, original func() []byte, queries ...string) {
		for _, query := range queries {
			all = append(all, attack{name, original, query, nil, anything})
		}
	}
	full := func(depth int, color byte, interlaced bool) func() []byte {
		return PNG{Width: 10_000, Height: 10_000, Depth: depth, Color: color, Interlaced: interlaced}.Encode
	}
	add("png of 10000² px", full(8, 6, false), "w=300", "rot=7", "fm=webp&lossless=1")
	add("png of 10000² px, 16 bits", full(16, 6, false), "w=300", "orient=6&sharp=100", "blur=2000")
	add("png of 10000² px, 16 bits, interlaced", full(16, 6, true), "w=300", "orient=6&rot=3&blur=3&sharp=100", "fm=avif")
	add("png of 10⁸ × 1 px", PNG{Width: 1e8, Height: 1, Depth: 8}.Encode, "w=300")
	add("png of 1 × 10⁸ px", PNG{Width: 1, Height: 1e8, Depth: 8}.Encode, "w=8192&h=8192&fit=fill")
	add("png of 65535 × 1500 px", PNG{Width: 65535, Height: 1500, Depth: 16, Color: 6}.Encode, "w=300", "w=8192&h=8192&fit=crop&crop=entropy")
	add("png of 6,500 texts of 7 MB", small(slices.Repeat([][]byte{ZTXt(7e6)}, 6500)...).Encode, "w=300")

	add("jpeg of 5,000 scans", func() []byte { return JPEGScans(9990, 9990, 5000) }, "w=300")
	add("jpeg of 100 scans", func() []byte { return JPEGScans(9990, 9990, 99) }, "w=300")
	add("jpeg of 700 EXIF directories", func() []byte { return Insert(gradient(), slices.Repeat([][]byte{Exif(5000, 1)}, 700)...) }, "w=300")
	add("50,000 jpegs", func() []byte { return slices.Repeat(gradient(), 50_000) }, "w=300")

	add("gif of 1,700,000 frames", GIF{10, 10, 1_700_000, 10, 10, 3}.Encode, "w=300")
	add("gif of 100 × 1000² px", GIF{1000, 1000, 100, 1000, 1000, 3}.Encode, "w=300", "rot=7", "fm=webp&lossless=1")

	add("webp of 10000² px", WebP{Frames: []WebPFrame{{Width: 10_000, Height: 10_000, Color: [4]byte{1, 2, 3, 4}}}}.Encode, "w=300", "w=8192", "rot=7", "fm=avif")
	add("webp of 100 × 1000² px", colors(100, 1000).Encode, "w=300", "sharp=100", "auto=format,compress")
	add("webp of 2 × 7000² px", colors(2, 7000).Encode, "w=6999")
	add("webp of 1,000,000 frames", colors(1_000_000, 2).Encode, "w=300")
	add("webp of 1 px on 10000²", WebP{10_000, 10_000, []WebPFrame{{Width: 1, Height: 1}}}.Encode, "fm=png")

	add("avif of 8192² px", avif, "w=300")
	add("avif that claims 100000² px", func() []byte { return Claim(avif(), 100_000, 100_000) }, "w=300")
	add("avif that claims 10² px", func() []byte { return Claim(avif(), 10, 10) }, "w=300")
	add("avif of 64² px that claims 10000²", func() []byte { return Claim(avif64(), 10_000, 10_000) }, "w=300")
	add("avif grid of 10,000 tiles", func() []byte { return Grid(avif64(), 64, 64, 100, 100, 6400, 6400) }, "w=300")
	add("avif grid of 65,025 tiles", func() []byte { return Grid(avif64(), 64, 64, 255, 255, 9999, 9999) }, "w=300")
	add("avif grid of 4 × 8192² on 9000²", func() []byte { return Grid(avif(), 8192, 8192, 2, 2, 9000, 9000) }, "w=300")
	add("avif grid of 16 × 8192² on 9000²", func() []byte { return Grid(avif(), 8192, 8192, 4, 4, 9000, 9000) }, "w=300")
	add("avif grid of 40,000 × 8192² on 10²", func() []byte { return Grid(avif(), 8192, 8192, 200, 200, 10, 10) }, "w=300")
	add("avif grid of 8192² said to be 64²", func() []byte { return Grid(avif(), 64, 64, 10, 10, 640, 640) }, "w=300")

	add("tiff whose directory is its next", func() []byte { return TIFF(64, 64, 64*64, 8) }, "w=300")
	add("tiff of 10000² px", func() []byte { return TIFF(10_000, 10_000, 1e8, 0) }, "orient=6")
	add("tiff without pixels", func() []byte { return TIFF(10_000, 10_000, 1, 0) }, "w=300")
	add("tiff that unpacks to 20 GB", func() []byte { return TIFF(64, 64, 20<<30, 0) }, "w=300")
	add("tiff of 2³² tiles", func() []byte { return TIFFTiles(10_000, 10_000, 1<<32-1) }, "w=300")
	add("tiff of tiles that lie upon it", func() []byte { return TIFFTiles(10_000, 10_000, 625*625) }, "w=300")

	add("svg of 10⁹ laughs", func() []byte { return Laughs(9) }, "w=300")
	add("svg of 10⁹ uses", func() []byte { return Uses(9) }, "w=300")
	add("svg of 10⁵ uses", func() []byte { return Uses(5) }, "w=8192")
	add("svg that uses itself", func() []byte { return SVG(`<g id="a"><use xlink:href="#a"/></g>`) }, "w=300")
	add("svg of 100,000 groups in groups", func() []byte { return Nested(100_000) }, "w=300")
	add("svg of 200 groups in groups", func() []byte { return Nested(200) }, "w=8192")
	add("svg of filters", func() []byte { return Filters(10) }, "w=8192")
	add("svg of patterns", func() []byte { return Patterns(10) }, "w=8192")

	add("1 px", PNG{Width: 1, Height: 1, Depth: 8, Color: 2}.Encode,
		"w=8192&h=8192&fit=fill&bg=red", "w=8192&h=8192&fit=fill&fm=avif&lossless=1", "w=8192&h=8192&fit=scale&rot=45&sharp=100&blur=39",
		"w=1024&dpr=8&ar=1:1&fit=crop&crop=attention")
	for _, format := range []string{"jpg", "pjpg", "png", "webp", "avif", "gif"} {
		add("noise of 3400² px", noisePNG, "w=8192&h=8192&fit=scale&lossless=1&q=100&fm="+format)
		add("noise of 8000² px", noiseJPEG, "auto=compress&fm="+format)
	}
	add("noise of 8000² px", noiseJPEG, "w=8192&h=8192&fit=scale&blur=2000", "w=8192&h=8192&fit=scale&sharp=100", "w=8192&h=8192&fit=crop&crop=entropy")

	for _, args := range [][]string{
		{"-resize", "8192x8192!", "-blur", "0x100"},
		{"-resize", "8192x8192!", "-rotate", "3", "-sharpen", "0x100"},
		slices.Repeat([]string{"-blur", "0x5"}, 32),
		slices.Repeat([]string{"-sharpen", "0x5"}, 32),
		slices.Repeat([]string{"-rotate", "1", "-crop", "3000x3000+50+50"}, 16),
		slices.Repeat([]string{"-resize", "8192x8192!", "-resize", "10x10!"}, 16),
		slices.Repeat([]string{"-rotate", "90"}, 32),
	} {
		all = append(all, attack{"noise of 3400² px", noisePNG, "", args, anything})
	}
	return all
}

func colors(frames, side int) WebP {
	w := WebP{Width: side, Height: side}
	for i := range frames {
		w.Frames = append(w.Frames, WebPFrame{Width: side, Height: side, Color: [4]byte{byte(i), byte(i >> 8), 60, 255}})
	}
	return w
}

// encoded is an image in the format that the query asks for.
func encoded(t *testing.T, original []byte, query string) []byte {
	t.Helper()
	a := attack{query: query}
	job, err := a.job()
	if err != nil {
		t.Fatal(err)
	}
	o := run(t, job, original)
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o.made.Body
}

func noise(side int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	rand.NewChaCha8([32]byte{}).Read(img.Pix)
	return img
}

var noisePNG = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, noise(3400)); err != nil {
		panic(err)
	}
	return b.Bytes()
})

var noiseJPEG = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise(8000), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})
