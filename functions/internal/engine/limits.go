package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// checkVariant refuses to make a variant that is too large, or that takes more
// memory than there is.
func (o *original) checkVariant(s size, to format.Format, q quality) error {
	if side := max(s.w, s.h); side > o.limits.VariantSide {
		return problem.New(problem.TooManyPixels, "the result would have a side of %d px; the limit is %d", side, o.limits.VariantSide)
	}
	if needed := o.memory(s, to, q); needed > o.limits.Memory {
		return problem.New(problem.TooExpensive,
			"to make this of the original takes %d MiB of memory; the limit is %d: ask for fewer pixels or another format", needed, o.limits.Memory)
	}
	return nil
}

// checkBody refuses a variant that has too many bytes.
func (o *original) checkBody(v Variant) error {
	if bytes := int64(len(v.Body)); bytes > o.limits.VariantBytes {
		return problem.New(problem.TooManyPixels,
			"the result has %d bytes; the limit is %d: ask for fewer pixels or a lower quality", bytes, o.limits.VariantBytes)
	}
	return nil
}

// idle is how many bytes a worker holds with an original's header read.
const idle = 20 << 20

// memory returns how many MiB a variant takes at least. Codecs that look at a
// picture as a whole hold it, and that is most of what a large one takes. What
// else it takes, its pool watches.
//
// The figures are of libvips 8.18's codecs, from the highest memory of workers
// that decoded and encoded 4 and 16 megapixels, and rounded down. JPEGs, PNGs
// and others that are read and written by rows take 20 to 60 MiB at any size.
func (o *original) memory(s size, to format.Format, q quality) int {
	peak, held := o.decoding()
	in, out := float64(o.size().pixels()), float64(s.pixels())
	laying, laid := o.layers.memory(s)
	return int((idle + max(laying, peak*in+laid, held*in+laid+(encoding(to, q)+q.holding(to))*out)) / (1 << 20))
}

// memory returns how many bytes layers take upon a picture: while the one that
// takes most is decoded, and as they are kept for its frames. What is beyond the
// picture is not kept; a mask is made as large as that.
func (all layers) memory(picture size) (laying, laid float64) {
	for _, l := range all {
		peak, held := l.original.decoding()
		in := float64(l.original.size().pixels())
		kept := 4 * float64(picture.pixels())
		if l.option != "mask" {
			kept = min(kept, 4*in)
		}
		laying, laid = max(laying, peak*in, held*in+kept), laid+kept
	}
	return laying, laid
}

// decoding returns how many bytes are held for each of the original's pixels:
// while its first row is awaited, and while it is encoded again.
func (o *original) decoding() (peak, held float64) {
	samples := float64(o.header.Bands() * ((o.info.Depth + 7) / 8))
	_, passes := o.header.Int("interlaced")
	switch {
	case o.info.Format == format.AVIF:
		return 18, 3
	case o.info.Format == format.GIF:
		return 4, 4
	case o.info.Format == format.PNG && passes:
		return samples, samples
	case o.info.Format == format.JPEG && passes: // two bytes a coefficient; colour often at a quarter of the pixels
		return samples, samples
	}
	return 0, 0
}

// encoding returns how many bytes are held for each of the variant's pixels, if
// it is no animation: an animation's frames come one after the other.
func encoding(to format.Format, q quality) float64 {
	full := q.fullColor()
	switch {
	case to == format.AVIF && full && q.alpha:
		return 40
	case to == format.AVIF && full:
		return 31
	case to == format.AVIF && q.alpha:
		return 29
	case to == format.AVIF:
		return 19
	case to == format.WebP && q.lossless:
		return 20
	case to == format.WebP && q.alpha:
		return 12
	case to == format.WebP:
		return 4
	case to == format.JPEG && full:
		return 11
	case to == format.JPEG:
		return 5
	case to == format.GIF:
		return 9
	case to == format.PNG && q.palette:
		return 4
	}
	return 0
}

// holdsWhole tells whether a step looks at the frame in another order than it is
// decoded in, so that all of it is held until it is encoded.
func holdsWhole(v options.Values) bool {
	a, s := v.Adjust, v.Style
	return a.Noise != nil || a.NoiseSharp != nil || a.Vibrance != 0 || a.Sharp != 0 || a.Unsharp != 0 ||
		s.Halftone != 0 || s.Blur != 0 || v.Auto&options.AutoEnhance != 0 || v.Border.All.Width != 0 ||
		v.Rot != 0 || v.Flip != 0 || v.Orient > 1 || fills(v.Fit) && (v.Fill.How == "blur" || v.Fill.How == "gradient") ||
		!v.Mask.By.None() || !v.Blend.By.None() || v.Blend.Color.Set || redacts(v)
}

// holding returns how many bytes are held for each of the variant's pixels
// before they are encoded: by a step, to count their colours, or to encode them
// again.
func (q quality) holding(to format.Format) (bytes float64) {
	if q.whole {
		bytes += 3
	}
	if q.colors > 0 {
		bytes += 6
	}
	if q.maxBytes > 0 && q.lossy(to) {
		bytes += 3
	}
	return bytes
}
