//go:build linux

package soak

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"testing"
)

// traps are the hostile originals.
func traps(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{
		"hostile/size.png":   hugeHeader(t),
		"hostile/frames.gif": film(t, 2000),
		"hostile/page.jpg":   []byte("<!doctype html><script>alert(1)</script>"),
		"hostile/text.png":   []byte("no image at all"),
		"hostile/noise.jpg":  append([]byte("\xff\xd8\xff\xe0"), make([]byte, 999)...),
		"hostile/empty.gif":  {},
		"hostile/plan.png":   []byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>`),
		"hostile/blank.png":  bomb(t),
	}
	for _, p := range pictures(t)[:len(formats)] {
		files["hostile/half-"+p.key] = p.body[:len(p.body)/2]
	}
	return files
}

// blank is what [bomb] shows.
var blank = func() *picture {
	p := &picture{key: "hostile/blank.png", width: 9000, height: 9000}
	for row := range rows {
		for column := range columns {
			p.cells[row][column] = color.RGBA{255, 255, 255, 255}
		}
	}
	return p
}()

// bomb is a white PNG of 81 megapixels in a few kilobytes.
func bomb(t *testing.T) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, blank.width, blank.height), color.Palette{color.White, color.Black})
	var body bytes.Buffer
	if err := png.Encode(&body, img); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

// hugeHeader is a PNG that claims 60,000×60,000 px.
func hugeHeader(t *testing.T) []byte {
	t.Helper()
	var body bytes.Buffer
	if err := png.Encode(&body, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	file := body.Bytes() // its signature, and the chunk IHDR: length, name, width, height, five bytes, checksum
	binary.BigEndian.PutUint32(file[16:], 60_000)
	binary.BigEndian.PutUint32(file[20:], 60_000)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// film is a GIF of many small frames.
func film(t *testing.T, frames int) []byte {
	t.Helper()
	film := &gif.GIF{}
	for i := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.White, color.Black})
		frame.Pix[i%4] = 1
		film.Image, film.Delay = append(film.Image, frame), append(film.Delay, 1)
	}
	var body bytes.Buffer
	if err := gif.EncodeAll(&body, film); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}
