// Command paint draws those sample originals that are ours into a folder:
//
//	go run ./internal/sample/paint internal/sample/originals
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"

	"primrose/functions/internal/sample"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: paint <folder>")
		os.Exit(2)
	}
	if err := paint(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "paint:", err)
		os.Exit(1)
	}
}

func paint(folder string) error {
	pictures := map[string]func(io.Writer) error{
		"rose.jpg":     rose,
		"primrose.png": primrose,
		"bloom.gif":    bloom,
	}
	for name, write := range pictures {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := write(file); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

func rose(w io.Writer) error {
	return jpeg.Encode(w, sample.DrawRose(1470, 966), &jpeg.Options{Quality: 88})
}

// primrose is transparent where there is no flower.
func primrose(w io.Writer) error { return png.Encode(w, sample.DrawPrimrose(640, 1)) }

// bloom is a primrose that opens, stays open and closes again.
func bloom(w io.Writer) error {
	const size, steps, tick = 240, 16, 6 // px, frames, hundredths of a second
	var movie gif.GIF
	for i := range 2 * steps {
		open := 0.5 - 0.5*math.Cos(math.Pi*float64(i)/steps)
		movie.Image = append(movie.Image, onMeadow(sample.DrawPrimrose(size, open)))
		movie.Delay = append(movie.Delay, tick)
	}
	movie.Delay[0], movie.Delay[steps] = 10*tick, 25*tick
	return gif.EncodeAll(w, &movie)
}

// onMeadow lays a flower on green, in few colours.
func onMeadow(flower image.Image) *image.Paletted {
	bounds := flower.Bounds()
	opaque := image.NewRGBA(bounds)
	draw.Draw(opaque, bounds, image.NewUniform(meadow), image.Point{}, draw.Src)
	draw.Draw(opaque, bounds, flower, image.Point{}, draw.Over)
	few := image.NewPaletted(bounds, palette())
	draw.Draw(few, bounds, opaque, image.Point{}, draw.Src)
	return few
}

var meadow = color.RGBA{58, 92, 62, 255}

// palette goes from each of the flower's colours to the next.
func palette() color.Palette {
	stops := []color.RGBA{meadow, {226, 190, 84, 255}, {252, 228, 120, 255}, {255, 247, 196, 255}, meadow,
		{132, 150, 44, 255}, {243, 156, 18, 255}, {252, 228, 120, 255}, {243, 156, 18, 255}, {226, 190, 84, 255}}
	const between = 12
	var p color.Palette
	for i, from := range stops[:len(stops)-1] {
		to := stops[i+1]
		for step := range between {
			blend := func(a, b uint8) uint8 { return uint8(int(a) + (int(b)-int(a))*step/between) }
			p = append(p, color.RGBA{blend(from.R, to.R), blend(from.G, to.G), blend(from.B, to.B), 255})
		}
	}
	return p
}
