package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// quality is how a variant is encoded. q from 1 to 100 matters to lossy
// formats; 0 stands for the format's own default.
type quality struct {
	q           int
	lossless    bool
	progressive bool
	compress    bool // trade time and a little quality for fewer bytes
	palette     bool // of a GIF: keep the original's colours
	alpha       bool // there may be transparency to encode
}

func qualityOf(info Info, v options.Values) quality {
	compress := v.Auto&options.AutoCompress != 0
	q := 0
	if v.Q != nil {
		q = max(1, *v.Q)
	}
	return quality{
		// Twice to three times as small as with new colours, and faster; but
		// a background's colour need not be among the old ones.
		palette:     info.Format == format.GIF && !v.BG.Set && v.Fit != options.FitFill,
		alpha:       info.Alpha && !(v.BG.Set && v.BG.A == 255),
		q:           q,
		lossless:    v.Lossless,
		progressive: v.FM == progressive || compress,
		compress:    compress,
	}
}

// or returns the quality asked for, or one of the format's defaults.
func (q quality) or(normal, compressed int) int {
	switch {
	case q.q != 0:
		return q.q
	case q.compress:
		return compressed
	}
	return normal
}

// encoder returns the operation of libvips' that writes a format, and its
// arguments. No metadata is kept: all is in sRGB now, and where a photo was
// taken is nobody's business.
//
// The default qualities are imgix's, 75 and 45; AVIF's scale differs, 50 of
// it looks like 75 of JPEG. Efforts were chosen on a photo of 2725×2225 px
// brought to 300 px and 1000 px, by CPU time and bytes.
func encoder(to format.Format, q quality) (string, vips.Args) {
	args := vips.Args{"keep": "none"}
	switch to {
	case format.PNG:
		if q.compress {
			args["palette"] = true
			args["effort"] = 3 // as for GIF
		}
		return "pngsave_buffer", args
	case format.WebP:
		args["Q"] = q.or(75, 45)
		args["lossless"] = q.lossless
		args["effort"] = 2 // of 6; 4, the usual, takes a third longer for 3 % fewer bytes
		if q.compress {
			args["effort"] = 4
		}
		return "webpsave_buffer", args
	case format.AVIF:
		args["compression"] = "av1"
		args["Q"] = q.or(50, 35)
		args["lossless"] = q.lossless
		args["effort"] = 0 // of 9; 1 takes twice as long for 14 % fewer bytes, 4 ten to twenty times for 20 %
		if q.compress {
			args["effort"] = 1
		}
		return "heifsave_buffer", args
	case format.GIF:
		args["reuse"] = q.palette
		args["effort"] = 3 // of 10; 7, the usual, takes five times as long for 10 % fewer bytes
		return "gifsave_buffer", args
	}
	args["Q"] = q.or(75, 45)
	args["optimize_coding"] = true // 4 % fewer bytes for 1 ms
	args["interlace"] = q.progressive
	args["trellis_quant"] = q.compress // 10 % fewer bytes for 3 ms
	args["overshoot_deringing"] = q.compress
	return "jpegsave_buffer", args
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
