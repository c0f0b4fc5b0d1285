package delivery

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// temporary
func realWorker(t *testing.T) Worker {
	return workerFunc(func(_ context.Context, job engine.Job, original io.Reader) (v engine.Variant, err error) {
		b, err := io.ReadAll(original)
		if err != nil {
			return v, err
		}
		if format.Sniff(b) == "" {
			return v, problem.New(problem.UnsupportedFormat, "x")
		}
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			return v, problem.New(problem.BrokenImage, "x")
		}
		o, err := options.Parse(job.Options)
		if err != nil {
			return v, err
		}
		var buf bytes.Buffer
		m := image.NewRGBA(image.Rect(0, 0, o.Values().W, o.Values().W*3/4))
		if strings.Contains(job.Options, "png") {
			v.Format = format.PNG
			err = png.Encode(&buf, m)
		} else {
			v.Format = format.JPEG
			err = jpeg.Encode(&buf, m, nil)
		}
		v.Body = buf.Bytes()
		return v, err
	})
}
