package barrage

import (
	"math/rand/v2"
	"strings"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/options"
)

// usual are queries that bring an image through its decoder in every way that
// it is used: as a whole, shrunk, in part, out of order, only its header, and as
// what lies upon itself.
var usual = []string{"fm=png", "w=20&fm=png", "rect=0,0,40,20&fm=png", "rot=90&w=40&fm=jpg", "h=20&fm=gif", "w=40&fm=webp", "w=32&fm=avif", "fm=json",
	"w=40&mark=m&mark-w=20&blend=b.png&mask=k&fm=png"}

// choices are some values of each option but the format. Few make large
// variants: it is decoding that is tested.
var choices = []struct {
	option string
	values []string
}{
	{"w", []string{"1", "20", "150"}},
	{"h", []string{"1", "31"}},
	{"dpr", []string{"0.5", "2"}},
	{"fit", []string{"crop", "clamp", "fill", "max", "min", "scale"}},
	{"crop", []string{"entropy", "attention", "top,left", "bottom"}},
	{"ar", []string{"1:3", "16:9"}},
	{"rect", []string{"0,0,40,20", "50,30,1,1", "9999,0,10,10"}},
	{"orient", []string{"2", "6"}},
	{"flip", []string{"hv"}},
	{"rot", []string{"30", "90"}},
	{"bg", []string{"fde2ea", "80102030"}},
	{"blur", []string{"5", "300"}},
	{"sharp", []string{"40"}},
	{"mark", []string{"m"}},
	{"blend", []string{"red", "b.png"}},
	{"mask", []string{"ellipse", "k"}},
	{"q", []string{"1", "100"}},
	{"lossless", []string{"1"}},
	{"auto", []string{"compress", "format", "format,compress"}},
	{"txt", []string{"Rose", "%F0%9F%8C%B9+%EC%9E%A5%EB%AF%B8"}},
}

var formats = []string{"jpg", "pjpg", "png", "webp", "avif", "gif", "json"}

// drawJob draws one of the usual jobs, or whatever options come together, or
// ImageMagick's arguments.
func drawJob(r *rand.Rand) engine.Job {
	switch r.IntN(8) {
	case 0:
		return program()
	case 1, 2, 3:
		return jobOf(usual[r.IntN(len(usual))])
	}
	query := []string{"fm=" + formats[r.IntN(len(formats))]}
	for _, c := range choices {
		if r.IntN(4) == 0 {
			query = append(query, c.option+"="+c.values[r.IntN(len(c.values))])
		}
	}
	return jobOf(strings.Join(query, "&"))
}

func jobOf(query string) engine.Job {
	o, err := options.FromQuery(query, "image/avif,image/webp")
	if err != nil {
		panic(err) // the values are ours
	}
	return engine.Job{Options: o.String()}
}

// program is a job of ImageMagick's arguments.
func program() engine.Job {
	p, err := magick.Parse([]string{"-resize", "40x30^", "-gravity", "center", "-crop", "40x30+0+0", "-rotate", "30", "-colorspace", "Gray"})
	if err != nil {
		panic(err) // the arguments are ours
	}
	p.Format = format.PNG
	return engine.Job{Program: p}
}

// everyJob returns all jobs that aren't left to chance.
func everyJob() (jobs []engine.Job) {
	for _, query := range usual {
		jobs = append(jobs, jobOf(query))
	}
	return append(jobs, program())
}
