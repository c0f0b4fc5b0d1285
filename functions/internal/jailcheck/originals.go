package jailcheck

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/worker"
)

// drawing has text, for which fonts are looked up.
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20">
<rect width="80" height="20" fill="#fff"/><text x="5" y="15" font-size="14">Primrose</text></svg>`

// originals has workers make an image of each format that they write, and so
// returns one of each that they read; with fonts that is a drawing too.
func originals(ctx context.Context, pool *worker.Pool, fonts bool) ([][]byte, error) {
	photo, err := fs.ReadFile(sample.Originals(), "rose.jpg")
	if err != nil {
		return nil, err
	}
	var made [][]byte
	for _, f := range []format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.GIF} {
		variant, err := pool.Do(ctx, engine.Job{Options: fmt.Sprintf("fm=%s,w=64", f), Limits: limits(fonts)}, bytes.NewReader(photo))
		if err != nil {
			return nil, fmt.Errorf("make an image of the format %s: %w", f, err)
		}
		made = append(made, variant.Body)
	}
	if fonts {
		made = append(made, []byte(drawing))
	}
	return made, nil
}

// limits are those of jobs whose originals may have text, if fonts are needed.
func limits(fonts bool) engine.Limits {
	l := engine.DefaultLimits
	l.SVG = fonts
	return l
}
