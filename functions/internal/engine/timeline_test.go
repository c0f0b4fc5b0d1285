package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"slices"
	"testing"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// shades are a picture's frames, the n-th of the n-th colour.
var shades = []color.NRGBA{red, green, blue, yellow, white}

func movie(t testing.TB) []byte {
	t.Helper()
	var frames []image.Image
	for _, c := range shades {
		frames = append(frames, paper(16, 8, c))
	}
	return gifOf(t, frames...) // 50, 60, 70, 80 and 90 ms, 3 plays
}

// seen reads an animation: which of the shades its frames show, for how many
// milliseconds, and how often it plays.
func seen(t testing.TB, v Variant) (frames []int, delays []int, loop int) {
	t.Helper()
	loader := map[format.Format]string{format.GIF: "gifload_buffer", format.WebP: "webpload_buffer", format.PNG: "pngload_buffer"}[v.Format]
	img, err := vips.New(loader, vips.Args{"buffer": v.Body})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	delays, _ = img.Ints("delay")
	loop, _ = img.Int("loop")
	all := pixels(t, v.Body)
	for i := range v.Frames {
		c := all.NRGBAAt(4, i*v.Height+v.Height/2)
		frames = append(frames, slices.IndexFunc(shades, func(s color.NRGBA) bool {
			return max(abs(int(s.R)-int(c.R)), abs(int(s.G)-int(c.G)), abs(int(s.B)-int(c.B))) < 12
		}))
	}
	if all.Rect.Dy() != v.Frames*v.Height || all.Rect.Dx() != v.Width {
		t.Errorf("%d frames of %d×%d are %v", v.Frames, v.Width, v.Height, all.Rect.Max)
	}
	return frames, delays, loop
}

func TestTimeline(t *testing.T) {
	original := movie(t)
	for _, c := range []struct {
		query  string
		frames []int
		delays []int
		loop   int
	}{
		{"fm=gif", []int{0, 1, 2, 3, 4}, []int{50, 60, 70, 80, 90}, 3},
		{"loop=0", []int{0, 1, 2, 3, 4}, []int{50, 60, 70, 80, 90}, 0},
		{"loop=7&w=8", []int{0, 1, 2, 3, 4}, []int{50, 60, 70, 80, 90}, 7},
		{"reverse=true", []int{4, 3, 2, 1, 0}, []int{90, 80, 70, 60, 50}, 3},
		{"reverse=1&w=8&fm=webp", []int{4, 3, 2, 1, 0}, []int{90, 80, 70, 60, 50}, 3},
		{"interval=1", []int{0, 1, 2, 3, 4}, []int{50, 60, 70, 80, 90}, 3},
		{"interval=2", []int{0, 2, 4}, []int{110, 150, 90}, 3},
		{"interval=3&reverse=1", []int{3, 0}, []int{170, 180}, 3},
		{"skip=2", []int{1, 3}, []int{180, 170}, 3},
		{"skip=3", []int{1, 2, 4}, []int{110, 150, 90}, 3},
		{"skip=1", []int{0, 1, 2, 3, 4}, []int{50, 60, 70, 80, 90}, 3}, // or nothing would be left
		{"fps=30", []int{0, 1, 2, 3, 4}, []int{30, 40, 30, 30, 40}, 3},
		{"fps=60", []int{0, 1, 2, 3, 4}, []int{20, 20, 20, 20, 20}, 3},
		{"fps=60&fm=webp", []int{0, 1, 2, 3, 4}, []int{17, 16, 17, 17, 16}, 3},
		{"fps=1&interval=2", []int{0, 2, 4}, []int{1000, 1000, 1000}, 3},
	} {
		frames, delays, loop := seen(t, queried(t, c.query, original))
		if !slices.Equal(frames, c.frames) || !slices.Equal(delays, c.delays) || loop != c.loop {
			t.Errorf("%s: frames %v for %v ms, %d plays; want %v, %v, %d", c.query, frames, delays, loop, c.frames, c.delays, c.loop)
		}
	}
}

// Another decoder than libvips reads the same times from a GIF.
func TestTimesOfGIF(t *testing.T) {
	for query, want := range map[string]struct {
		delays []int // 1/100 s
		loop   int   // plays after the first; 0 is for ever, -1 none
	}{
		"loop=1":             {[]int{5, 6, 7, 8, 9}, -1},
		"loop=2&fps=30":      {[]int{3, 4, 3, 3, 4}, 1},
		"loop=0&reverse=1":   {[]int{9, 8, 7, 6, 5}, 0},
		"interval=2&loop=10": {[]int{11, 15, 9}, 9},
	} {
		g, err := gif.DecodeAll(bytes.NewReader(queried(t, query, movie(t)).Body))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(g.Delay, want.delays) || g.LoopCount != want.loop {
			t.Errorf("%s: %v, %d; want %v, %d", query, g.Delay, g.LoopCount, want.delays, want.loop)
		}
	}
}

// One frame is a still picture, whatever the format could hold.
func TestFrame(t *testing.T) {
	original := movie(t)
	for query, want := range map[string]int{
		"frame=1": 0, "frame=3": 2, "frame=5&w=8": 4, "frame=4&fm=webp&reverse=1": 3, "frame=2&fm=png": 1, "fm=png&reverse=1": 0, "interval=5": 0,
	} {
		v := queried(t, query, original)
		frames, delays, _ := seen(t, v)
		if !slices.Equal(frames, []int{want}) || len(delays) > 1 {
			t.Errorf("%s: frames %v for %v ms, want %d alone", query, frames, delays, want)
		}
	}
	photo := pngOf(t, quarters(8, 8))
	queried(t, "frame=1", photo)
	for _, past := range []struct {
		options  string
		original []byte
	}{{"frame=6", original}, {"frame=2", photo}} {
		if _, err := runPipe(t, Job{Options: past.options}, past.original); code(err) != problem.BadOption {
			t.Errorf("%s: %v, want %s", past.options, err, problem.BadOption)
		}
	}
}

// However frames are left out, an animation takes as long as before, and so it
// does where the original's delays are so short that browsers lengthen them.
func TestTimelineTakesAsLong(t *testing.T) {
	for _, delays := range [][]int{{50, 60, 70, 80, 90}, {0, 10, 20, 0, 30}} {
		total := 0
		for _, d := range delays {
			total += viewed(d)
		}
		for n := 2; n <= 5; n++ {
			for what, wanted := range map[string]func(int) bool{
				"interval": func(i int) bool { return i%n == 0 },
				"skip":     func(i int) bool { return i%n != 0 },
			} {
				line := timeline{frames: []int{0, 1, 2, 3, 4}, delays: delays}
				line.keep(wanted)
				sum := 0
				for _, d := range line.delays {
					sum += viewed(d)
				}
				if sum != total {
					t.Errorf("%s=%d of %v shows %v, %d ms instead of %d", what, n, delays, line.delays, sum, total)
				}
			}
		}
	}
	for fps := 1; fps <= 60; fps++ {
		for to, rate := range map[format.Format]int{format.GIF: min(fps, 50), format.WebP: fps} {
			line := timeline{delays: make([]int, 60)}
			line.pace(fps, to)
			sum := 0
			for _, d := range line.delays {
				sum += d
			}
			if want := 60_000 / rate; abs(sum-want) > 5 || slices.Min(line.delays) <= 10 {
				t.Errorf("60 frames, %d a second, of a %s take %d ms, want %d: %s", fps, to, sum, want, fmt.Sprint(line.delays))
			}
		}
	}
}
