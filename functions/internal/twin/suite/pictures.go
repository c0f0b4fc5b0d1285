package suite

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"sync"
)

// plain is a small JPEG of one colour.
func plain(c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for i := range 320 * 200 {
		img.Set(i%320, i/320, c)
	}
	var text bytes.Buffer
	jpeg.Encode(&text, img, nil) // never fails in memory
	return text.Bytes()
}

// The pictures of most requests.
var (
	red  = sync.OnceValue(func() []byte { return plain(color.RGBA{200, 30, 40, 255}) })
	blue = sync.OnceValue(func() []byte { return plain(color.RGBA{30, 40, 200, 255}) })
)

// noise is a PNG that no encoder makes small: three bytes a pixel, and 9 MB in all, more than Lambda answers
// at once. It is the same in every run.
var noise = sync.OnceValue(func() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 2000, 1500))
	random := rand.NewChaCha8([32]byte{})
	random.Read(img.Pix)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	var text bytes.Buffer
	(&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&text, img)
	return text.Bytes()
})
