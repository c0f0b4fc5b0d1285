//go:build linux

package soak

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"sync"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/worker"
)

// The cells of a picture.
const columns, rows = 4, 3

// picture is an original that no other can be taken for: each of its cells has
// one of 27 colours, with noise of which the mean is nothing.
type picture struct {
	key           string
	body          []byte
	width, height int
	cells         [rows][columns]color.RGBA
}

// formats are those of originals and variants.
var formats = []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF}

// pictures returns pictures of all formats and several sizes, painted once.
func pictures(t *testing.T) []*picture {
	t.Helper()
	painted.Do(func() {
		pool := newPool(t)
		for i := range 2 * len(formats) {
			gallery = append(gallery, paint(t, pool, i))
		}
	})
	return gallery
}

var (
	painted sync.Once
	gallery []*picture
)

func paint(t *testing.T, pool *worker.Pool, i int) *picture {
	t.Helper()
	random := rand.New(rand.NewPCG(1, uint64(i)))
	p := &picture{width: 320 + 80*(i%7), height: 240 + 40*(i%5)}
	for row := range rows {
		for column := range columns {
			p.cells[row][column] = color.RGBA{level(random), level(random), level(random), 255}
		}
	}
	to := formats[i%len(formats)]
	p.key = fmt.Sprintf("pictures/%d.%s", i, to)
	p.body = p.encode(t, pool, random, to)
	return p
}

func level(random *rand.Rand) uint8 { return uint8(48 + 80*random.IntN(3)) }

func (p *picture) encode(t *testing.T, pool *worker.Pool, random *rand.Rand, to format.Format) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, p.width, p.height))
	for y := range p.height {
		for x := range p.width {
			c, noise := p.cells[y*rows/p.height][x*columns/p.width], uint8(random.IntN(25))
			img.SetRGBA(x, y, color.RGBA{c.R - 12 + noise, c.G - 12 + noise, c.B - 12 + noise, 255})
		}
	}
	var body bytes.Buffer
	if err := png.Encode(&body, img); err != nil {
		t.Fatal(err)
	}
	if to == format.PNG {
		return body.Bytes()
	}
	made, err := pool.Do(t.Context(), engine.Job{Options: fmt.Sprintf("fm=%s,q=90", to), Limits: engine.DefaultLimits}, &body)
	if err != nil {
		t.Fatal(err)
	}
	return made.Body
}

// tolerance is how far a cell's mean may be off, of 255: the codecs lose some of
// the colour of a few pixels. Two levels are 80 apart.
const tolerance = 32

// recognise compares the cells of an image with the picture's.
func (p *picture) recognise(img *image.RGBA, mirrored bool) error {
	for row := range rows {
		for column := range columns {
			want := p.cells[row][column]
			if mirrored {
				want = p.cells[row][columns-1-column]
			}
			if got := mean(img, row, column); gap(got, want) > tolerance {
				return fmt.Errorf("cell %d, %d is %v, of %s it must be %v", row, column, got, p.key, want)
			}
		}
	}
	return nil
}

// mean is the mean colour of a cell's inner half.
func mean(img *image.RGBA, row, column int) color.RGBA {
	b := img.Bounds()
	var red, green, blue, n int
	for y := b.Dy() * (4*row + 1) / (4 * rows); y < b.Dy()*(4*row+3)/(4*rows); y++ {
		for x := b.Dx() * (4*column + 1) / (4 * columns); x < b.Dx()*(4*column+3)/(4*columns); x++ {
			c := img.RGBAAt(x, y)
			red, green, blue, n = red+int(c.R), green+int(c.G), blue+int(c.B), n+1
		}
	}
	n = max(n, 1)
	return color.RGBA{uint8(red / n), uint8(green / n), uint8(blue / n), 255}
}

func gap(a, b color.RGBA) int {
	return max(distance(a.R, b.R), distance(a.G, b.G), distance(a.B, b.B))
}

func distance(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// TestRecognise: a picture is known again, and neither another nor its mirror
// image is taken for it.
func TestRecognise(t *testing.T) {
	judge := judge{pool: newPool(t)}
	for _, p := range pictures(t) {
		img, err := judge.decode(t.Context(), p.body)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range pictures(t) {
			if err := q.recognise(img, false); (err == nil) != (p == q) {
				t.Errorf("%s is held against %s: %v", p.key, q.key, err)
			}
			if q.recognise(img, true) == nil {
				t.Errorf("%s is taken for %s, mirrored", p.key, q.key)
			}
		}
	}
}
