package seed

import (
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"sync"

	"primrose/functions/internal/sample"
	"primrose/functions/internal/vips"
)

// The pictures' size in px: a few blocks of every codec, and no multiple of
// any block's size.
const (
	width  = 90
	height = 61
)

// rose is the sample's rose, fading to the right from full opacity.
var rose = sync.OnceValue(func() *image.NRGBA {
	img := sample.DrawRose(width, height)
	for y := range height {
		for x := range width {
			c := img.NRGBAAt(x, y)
			img.SetNRGBA(x, y, color.NRGBA{c.R, c.G, c.B, uint8(255 - 255*x/width)})
		}
	}
	return img
})

func transparent() (*vips.Image, error) {
	return vips.FromPixels(rose().Pix, width, height, 4)
}

// opaque is the rose on blue.
func opaque() (*vips.Image, error) {
	return changed(transparent, "flatten", vips.Args{"background": []float64{40, 90, 160}})
}

func gray() (*vips.Image, error) {
	return changed(opaque, "colourspace", vips.Args{"space": "b-w"})
}

func cmyk() (*vips.Image, error) {
	return changed(opaque, "colourspace", vips.Args{"space": "cmyk"})
}

// deep has 16 bits a channel.
func deep() (*vips.Image, error) {
	return changed(transparent, "colourspace", vips.Args{"space": "rgb16"})
}

// held is as a camera held on its side takes it.
func held() (*vips.Image, error) {
	img, err := opaque()
	if err != nil {
		return nil, err
	}
	return img, img.Set("orientation", 6)
}

// moving has four frames, of which each shows the rose turned further.
func moving() (*vips.Image, error) {
	const frames = 4
	turned := make([]*vips.Image, frames)
	for i := range turned {
		img, err := transparent()
		if err != nil {
			return nil, err
		}
		defer img.Close()
		if err := img.Apply("wrap", vips.Args{"x": i * width / frames}); err != nil {
			return nil, err
		}
		turned[i] = img
	}
	film, err := vips.New("arrayjoin", vips.Args{"in": turned, "across": 1})
	if err != nil {
		return nil, err
	}
	return film, film.Set("page-height", height)
}

// changed is a picture that an operation was applied to.
func changed(paint func() (*vips.Image, error), operation string, args vips.Args) (*vips.Image, error) {
	img, err := paint()
	if err != nil {
		return nil, err
	}
	return img, img.Apply(operation, args)
}

// drawing is an SVG with most of what such files hold: gradients, paths,
// transformations, a filter, text, and an image within.
func drawing() []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d" viewBox="0 0 180 122">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#fde2ea"/><stop offset="1" stop-color="#7b2d8b"/></linearGradient>
    <filter id="soft"><feGaussianBlur stdDeviation="2"/></filter>
    <path id="petal" d="M0 0c18-30 40-20 30 4s-22 14-30-4z" fill="#e0aa3e" stroke="black" stroke-width="1.5"/>
  </defs>
  <style>text { font: 20px sans-serif }</style>
  <rect width="180" height="122" fill="url(#sky)"/>
  <g transform="translate(90 60) rotate(20)" filter="url(#soft)"><use xlink:href="#petal"/><use xlink:href="#petal" transform="scale(-1 1)"/></g>
  <image x="100" y="60" width="70" height="46" xlink:href="data:image/png;base64,%s"/>
  <text x="10" y="110">Primrose</text>
</svg>
`, width, height, base64.StdEncoding.EncodeToString(sample.Rose()))
}
