package bomb

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"sync"

	"primrose/functions/internal/problem"
)

// quick are the attacks that are repelled in no time. They are made here and not
// in a variable, which each worker would make too.
func quick() []attack {
	return []attack{
		{"png of 900 megapixels", PNG{Width: 30000, Height: 30000, Depth: 8, Color: 2}.Encode, "w=300", nil, problem.TooManyPixels},
		{"png of 16 bits, interlaced", PNG{Width: 1000, Height: 1000, Depth: 16, Color: 6, Interlaced: true}.Encode, "w=300", nil, ""},
		{"png with a profile of 3 GiB", small(ICCP(3 << 30)).Encode, "w=300", nil, ""},
		{"png with a text of 3 GiB", small(ZTXt(3 << 30)).Encode, "w=300", nil, ""},
		{"png with five texts of 1 GiB", small(slices.Repeat([][]byte{ITXt(1 << 30)}, 5)...).Encode, "w=300", nil, ""},
		{"png with 100,000 texts", small(slices.Repeat([][]byte{Chunk("tEXt", []byte("k\x00v"))}, 100_000)...).Encode, "w=300", nil, ""},

		{"jpeg of 65500² px", makes(JPEGHeader, 65500, 65500), "w=300", nil, problem.TooManyPixels},
		{"jpeg without pixels", makes(JPEGHeader, 9990, 9990), "w=300", nil, problem.BrokenImage},
		{"jpeg that restarts at each block", inserts(JPEGHeader(9990, 9990), Restarts(1)), "w=300", nil, problem.BrokenImage},
		{"jpeg of 100 scans", func() []byte { return JPEGScans(999, 999, 99) }, "w=300", nil, ""},
		{"jpeg of 101 scans", func() []byte { return JPEGScans(999, 999, 100) }, "w=300", nil, problem.TooExpensive},
		{"jpeg with a profile of 16 MB", inserts(gradient(), Profile(16e6)), "w=300", nil, ""},
		{"jpeg with an endless EXIF directory", inserts(gradient(), Exif(5000, 1<<32-1)), "w=300", nil, ""},
		{"jpeg with 100 EXIF directories", inserts(gradient(), slices.Repeat([][]byte{Exif(5000, 1)}, 100)...), "w=300", nil, ""},
		{"jpeg in a jpeg", inserts(gradient(), Segment(app1, gradient())), "w=300", nil, ""},
		{"jpeg that begins twice", inserts(gradient(), []byte(soi)), "w=300", nil, problem.BrokenImage},

		{"gif of 65535² px with a frame of 1 px", GIF{65535, 65535, 1, 1, 1, 1}.Encode, "w=300", nil, ""},
		{"gif of 10,000 frames", GIF{10, 10, 10_000, 10, 10, 3}.Encode, "w=300", nil, problem.TooManyFrames},
		{"gif with a frame beyond its screen", GIF{10, 10, 2, 60000, 1000, 3}.Encode, "w=300", nil, problem.TooManyPixels},
		{"gif of 100 frames to be undone", GIF{100, 100, 100, 100, 100, 3}.Encode, "w=50", nil, ""},

		{"webp of 16383² px", WebP{Frames: []WebPFrame{{Width: 16383, Height: 16383}}}.Encode, "w=300", nil, problem.TooManyPixels},
		{"webp of 5200² px", WebP{Frames: []WebPFrame{{Width: 5200, Height: 5200}}}.Encode, "w=300", nil, ""}, // 108 MB: from 100 on, libvips would take a file
		{"webp of 100,000 frames", WebP{10, 10, slices.Repeat([]WebPFrame{{Width: 10, Height: 10}}, 100_000)}.Encode, "w=300", nil, problem.TooManyFrames},
		{"webp with a frame beyond its canvas", WebP{10, 10, []WebPFrame{{Width: 9000, Height: 9000}}}.Encode, "w=300", nil, problem.BrokenImage},
	}
}

func small(chunks ...[]byte) PNG {
	return PNG{Width: 64, Height: 64, Depth: 8, Color: 2, Chunks: chunks}
}

func makes(encode func(w, h int) []byte, w, h int) func() []byte {
	return func() []byte { return encode(w, h) }
}

func inserts(jpeg []byte, segments ...[]byte) func() []byte {
	return func() []byte { return Insert(jpeg, segments...) }
}

// gradient is a JPEG of 64 × 64 px.
var gradient = sync.OnceValue(func() []byte {
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // the writer and the picture are ours: it can't fail
	}
	return b.Bytes()
})
