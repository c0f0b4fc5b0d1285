package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"primrose/functions/internal/vips"
)

// detail is a grey picture with fine squares with and without red in a part of it,
// and with colours that nobody sees in another.
func detail(w, h int, part, hidden image.Rectangle) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{128, 128, 128, 255}
			chequered := color.NRGBA{uint8(255 * ((x/10 + y/10) % 2)), 128, 128, 255} // red or none
			switch at := image.Pt(x, y); {
			case at.In(part):
				c = chequered
			case at.In(hidden):
				c = chequered
				c.A = 0
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// The part that is cut out is as near to the centre as it can be with all of the
// detail in it.
func TestCropsToTheMostEdges(t *testing.T) {
	for _, c := range []struct {
		w, h         int
		part, hidden image.Rectangle
		want         image.Rectangle // of 100×100 px
	}{
		{400, 100, image.Rect(300, 20, 360, 80), image.Rectangle{}, image.Rect(260, 0, 360, 100)},
		{400, 100, image.Rect(20, 20, 80, 80), image.Rectangle{}, image.Rect(20, 0, 120, 100)},
		{100, 300, image.Rect(20, 220, 80, 280), image.Rectangle{}, image.Rect(0, 180, 100, 280)},
		{400, 100, image.Rect(20, 20, 80, 80), image.Rect(200, 0, 400, 100), image.Rect(20, 0, 120, 100)},
		{400, 100, image.Rectangle{}, image.Rectangle{}, image.Rect(150, 0, 250, 100)},
	} {
		picture := detail(c.w, c.h, c.part, c.hidden)
		img, err := vips.FromPixels(picture.Pix, c.w, c.h, 4)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mostEdges(img, size{100, 100})
		img.Close()
		if err != nil || !about(image.Rect(got.x, got.y, got.x+got.w, got.y+got.h), c.want, 3) {
			t.Errorf("of %v in %d×%d px, %v (%v); want %v", c.part, c.w, c.h, got, err, c.want)
		}
		for _, side := range []int{50, 300} { // shrunk and enlarged
			v := queried(t, fmt.Sprintf("fit=crop&crop=edges&fm=png&w=%d&h=%[1]d", side), pngOf(t, picture))
			bare := 0
			for i, sample := range pixels(t, v.Body).Pix {
				if i%4 == 0 && sample < 64 {
					bare++
				}
			}
			want := float64(c.part.Dx()*c.part.Dy()) / 2 / (100 * 100) // half of the squares have no red
			if share := float64(bare) / float64(side*side); v.Width != side || v.Height != side || math.Abs(share-want) > 0.05 {
				t.Errorf("of %v in %d×%d px, %d×%d px with %.2f without red; want %.2f", c.part, c.w, c.h, v.Width, v.Height, share, want)
			}
		}
	}
	if v := queried(t, "fit=crop&crop=edges&w=30&h=10", pngOf(t, paper(1, 1, red))); v.Width != 30 || v.Height != 10 {
		t.Errorf("of one pixel: %d×%d; want 30×10", v.Width, v.Height)
	}
}
