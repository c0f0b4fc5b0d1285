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
	"io"
	"math/rand/v2"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
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

// load draws the shot of a number.
func (b *Barrage) load(images, pieces []seed.Image, number uint64) shot {
	r := rand.New(rand.NewPCG(b.config.Chance, number))
	img, other := images[r.IntN(len(images))], pieces[r.IntN(len(pieces))]
	s := shot{number: number, image: img.Name, job: drawJob(r)}
	s.job.Limits = b.limits
	s.data, s.done = mutation.Mutate(r, img.Data, other.Data)
	return s
}

// throw has a worker do a shot's job, and reads what it makes.
func (b *Barrage) throw(ctx context.Context, s shot) error {
	originals, err := s.originals()
	if err != nil {
		return err
	}
	variant, err := b.pool.Do(ctx, s.job, originals...)
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

// originals are all that the job is done on: what lies upon the image is
// mutated like it.
func (s shot) originals() ([]io.Reader, error) {
	o, err := options.Parse(s.job.Options)
	if err != nil {
		return nil, err
	}
	all := []io.Reader{bytes.NewReader(s.data)}
	for range o.Values().Layers() {
		all = append(all, bytes.NewReader(s.data))
	}
	return all, nil
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
