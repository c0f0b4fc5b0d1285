package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// quality is how a variant is encoded.
type quality struct {
	q           int // 1 to 100; 0 for the format's default
	lossless    bool
	progressive bool
	compress    bool // spend time and a little quality on fewer bytes
}

// compressed is the quality of auto=compress, as imgix documents it.
const compressed = 45

func qualityOf(to format.Format, v options.Values) quality {
	compress := v.Auto&options.AutoCompress != 0
	q := quality{
		q:           v.Q,
		lossless:    v.Lossless,
		progressive: v.FM == progressive || compress,
		compress:    compress,
	}
	if q.q == 0 && compress {
		q.q = compressed
	}
	return q
}

// encoder is the operation of libvips' that writes a format, and how.
func encoder(to format.Format, q quality) (string, vips.Args) {
	args := vips.Args{"keep": "none"}
	switch to {
	case format.PNG:
		if q.compress {
			args["palette"] = true
			args["effort"] = 7
		}
		return "pngsave_buffer", args
	case format.WebP:
		args["Q"] = q.or(75)
		args["lossless"] = q.lossless
		args["effort"] = 4
		return "webpsave_buffer", args
	case format.AVIF:
		args["Q"] = q.or(50)
		args["lossless"] = q.lossless
		args["compression"] = "av1"
		args["effort"] = 0
		return "heifsave_buffer", args
	case format.GIF:
		return "gifsave_buffer", args
	}
	args["Q"] = q.or(75)
	args["optimize_coding"] = true
	args["interlace"] = q.progressive
	args["trellis_quant"] = q.compress
	args["overshoot_deringing"] = q.compress
	return "jpegsave_buffer", args
}

func (q quality) or(q0 int) int {
	if q.q == 0 {
		return q0
	}
	return q.q
}

// encode writes an image, an animation's frames below each other.
func (o *original) encode(img *vips.Image, to format.Format, q quality) (Variant, error) {
	height := img.PageHeight()
	v := Variant{Format: to, Width: img.Width(), Height: height, Frames: img.Height() / height}
	saver, args := encoder(to, q)
	body, err := img.Save(saver, args)
	if err != nil {
		return Variant{}, o.broken(err)
	}
	v.Body = body
	return v, nil
}
