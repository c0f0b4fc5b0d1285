package barrage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"math/rand/v2"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/magick"
	"primrose/functions/internal/mutation"
	"primrose/functions/internal/options"
	"primrose/functions/internal/seed"
)

// shot is one mutated image, and what is asked of it.
type shot struct {
	number uint64
	image  string // what the image was
	done   []string
	job    engine.Job
	data   []byte
}

// queries and arguments bring an image through each decoder in every way that
// it is used, and through the steps that look at pixels out of order, into
// every format. Few ask for all pixels: decoding is what is tested.
var (
	queries = []string{
		"fm=png", "fm=json", "w=20&fm=png", "rect=0,0,40,20&fm=png", "rot=90&w=40&fm=jpg", "h=20&fm=gif", "w=40&fm=webp",
		"w=32&fm=avif", "w=30&h=30&fit=crop&crop=attention&fm=png", "w=50&blur=20&sharp=20&bg=fde2ea&fm=pjpg",
	}
	arguments = []string{"-resize", "40x30^", "-gravity", "center", "-crop", "40x30+0+0", "-rotate", "30", "-colorspace", "Gray"}
)

func (b *Barrage) jobs() (jobs []engine.Job) {
	for _, query := range queries {
		o, err := options.FromQuery(query, "")
		if err != nil {
			panic(err) // they are ours
		}
		jobs = append(jobs, engine.Job{Options: o.String(), Limits: b.limits})
	}
	program, err := magick.Parse(arguments)
	if err != nil {
		panic(err)
	}
	program.Format = format.PNG
	return append(jobs, engine.Job{Program: program, Limits: b.limits})
}

// load draws the shot of a number.
func (b *Barrage) load(images, pieces []seed.Image, number uint64) shot {
	r := rand.New(rand.NewPCG(b.config.Chance, number))
	img, other := images[r.IntN(len(images))], pieces[r.IntN(len(pieces))]
	jobs := b.jobs()
	s := shot{number: number, image: img.Name, job: jobs[r.IntN(len(jobs))]}
	s.data, s.done = mutation.Mutate(r, img.Data, other.Data)
	return s
}

// throw has a worker do a shot's job, and reads what it makes.
func (b *Barrage) throw(ctx context.Context, s shot) error {
	variant, err := b.pool.Do(ctx, s.job, bytes.NewReader(s.data))
	if err != nil {
		return err
	}
	width, height, err := b.size(ctx, variant)
	if err != nil {
		return fmt.Errorf("the %s that was made can't be read: %v", variant.Format, err)
	}
	if width != variant.Width || height != variant.Height {
		return fmt.Errorf("the %s that was made is %d×%d and said to be %d×%d", variant.Format, width, height, variant.Width, variant.Height)
	}
	return nil
}

// size reads a variant: by Go's decoders, or if there is none, by a worker.
func (b *Barrage) size(ctx context.Context, variant engine.Variant) (width, height int, err error) {
	body := variant.Body
	switch variant.Format {
	case format.WebP, format.AVIF:
		told, err := b.pool.Do(ctx, engine.Job{Options: "fm=json", Limits: b.limits}, bytes.NewReader(body))
		if err != nil {
			return 0, 0, err
		}
		body = told.Body
		fallthrough
	case format.JSON:
		var info engine.Info
		err := json.Unmarshal(body, &info)
		return info.Width, info.Height, err
	}
	img, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	return img.Bounds().Dx(), img.Bounds().Dy(), nil
}
