package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/vips"
)

// encoder returns the operation of libvips' that writes a format, and its
// arguments. No metadata is kept but a profile: where a photo was taken is
// nobody's business.
//
// Efforts were chosen on a photo of 2725×2225 px brought to 300 px and 1000 px,
// by CPU time and bytes.
func encoder(to format.Format, q quality) (string, vips.Args) {
	args := vips.Args{"keep": "none"}
	if q.profile != nil {
		args["keep"] = "icc"
	}
	switch to {
	case format.PNG:
		if q.palette {
			args["palette"] = true
			args["effort"] = 3 // as for GIF
		}
		return "pngsave_buffer", args
	case format.WebP:
		args["Q"] = q.number(to)
		args["lossless"] = q.lossless
		args["effort"] = 2 // of 6; 4, the usual, takes a third longer for 3 % fewer bytes
		if q.compress {
			args["effort"] = 4
		}
		return "webpsave_buffer", args
	case format.AVIF:
		args["compression"] = "av1"
		args["Q"] = q.number(to)
		args["lossless"] = q.lossless
		args["subsample_mode"] = q.subsampling()
		args["effort"] = 0 // of 9; 1 takes twice as long for 14 % fewer bytes, 4 ten to twenty times for 20 %
		if q.compress {
			args["effort"] = 1
		}
		return "heifsave_buffer", args
	case format.GIF:
		args["reuse"] = q.reuse
		args["effort"] = 3 // of 10; 7, the usual, takes five times as long for 10 % fewer bytes
		return "gifsave_buffer", args
	}
	args["Q"] = q.number(to)
	args["subsample_mode"] = q.subsampling()
	args["optimize_coding"] = true // 4 % fewer bytes for 1 ms
	args["interlace"] = q.progressive
	args["trellis_quant"] = q.compress // 10 % fewer bytes for 3 ms
	args["overshoot_deringing"] = q.compress
	return "jpegsave_buffer", args
}

// encode writes an image, an animation's frames below each other.
func (o *original) encode(img *vips.Image, to format.Format, q quality) (Variant, error) {
	if err := prepare(img, q); err != nil {
		return Variant{}, o.broken(err)
	}
	height := img.PageHeight()
	v := Variant{Format: to, Width: img.Width(), Height: height, Frames: img.Height() / height}
	var err error
	v.Body, err = o.save(img, to, q)
	return v, err
}

// prepare brings the pixels to what the file shall say of them.
func prepare(img *vips.Image, q quality) error {
	if q.colors > 0 {
		if err := reduceColors(img, q.colors); err != nil {
			return err
		}
	}
	if q.truecolor {
		if err := addAlpha(img); err != nil {
			return err
		}
	}
	if q.profile != nil {
		if err := embed(img, q.profile, q.adobe); err != nil {
			return err
		}
	}
	if q.dpi > 0 {
		const millimetres = 25.4 // an inch
		return img.Apply("copy", vips.Args{"xres": float64(q.dpi) / millimetres, "yres": float64(q.dpi) / millimetres})
	}
	return nil
}

// save encodes the image, in few enough bytes if that is asked.
func (o *original) save(img *vips.Image, to format.Format, q quality) ([]byte, error) {
	if q.maxBytes > 0 {
		return o.squeeze(img, to, q)
	}
	saver, args := encoder(to, q)
	body, err := img.Save(saver, args)
	if err != nil {
		return nil, o.broken(err)
	}
	if to == format.JPEG && q.dpi > 0 {
		body = format.WithDensity(body, q.dpi)
	}
	return body, nil
}
