//go:build linux

package soak

import (
	"image/color"
	"testing"

	"primrose/functions/internal/bomb"
)

// traps are the hostile originals.
func traps(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{
		"hostile/size.png":   bomb.PNG{Width: 60_000, Height: 60_000, Depth: 1}.Encode(),
		"hostile/frames.gif": bomb.GIF{Width: 2, Height: 2, Frames: 2000, FrameWidth: 2, FrameHeight: 2}.Encode(),
		"hostile/page.jpg":   []byte("<!doctype html><script>alert(1)</script>"),
		"hostile/text.png":   []byte("no image at all"),
		"hostile/noise.jpg":  append([]byte("\xff\xd8\xff\xe0"), make([]byte, 999)...),
		"hostile/empty.gif":  {},
		"hostile/plan.png":   []byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>`),
		blank.key:            bomb.PNG{Width: blank.width, Height: blank.height, Depth: 1}.Encode(),
	}
	for _, p := range pictures(t)[:len(formats)] {
		files["hostile/half-"+p.key] = p.body[:len(p.body)/2]
	}
	return files
}

// blank is a black picture of 81 megapixels, in a few kilobytes.
var blank = func() *picture {
	p := &picture{key: "hostile/blank.png", width: 9000, height: 9000}
	for row := range rows {
		for column := range columns {
			p.cells[row][column] = color.RGBA{A: 255}
		}
	}
	return p
}()
