package engine

import (
	"strings"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// squeezable is of how many pixels a format is encoded again and again. Eight
// times take a processor 10 to 14 s, with auto=compress and the highest quality.
var squeezable = map[format.Format]int{format.JPEG: 32_000_000, format.WebP: 16_000_000, format.AVIF: 4_000_000}

// squeeze encodes the image with the highest quality, up to the one that is
// asked for, with which it has few enough bytes. Halving what is left of the
// scale, that takes eight attempts at most.
func (o *original) squeeze(img *vips.Image, to format.Format, q quality) ([]byte, error) {
	limit := q.maxBytes
	q.maxBytes = 0
	if q.lossy(to) {
		if most := squeezable[to]; img.Width()*img.Height() > most {
			return nil, problem.New(problem.TooExpensive, "to try how many bytes %d pixels have as %s takes too long; max-bytes is for %d at most: ask for fewer pixels",
				img.Width()*img.Height(), strings.ToUpper(string(to)), most)
		}
		if err := img.Render(); err != nil { // to be read more than once
			return nil, o.broken(err)
		}
	}
	body, err := o.save(img, to, q)
	if err != nil || len(body) <= limit {
		return body, err
	}
	if !q.lossy(to) {
		return nil, tooManyBytes(body, limit, to, "fewer pixels or a lossy format")
	}
	var best []byte
	for low, high := 1, q.number(to)-1; low <= high; {
		q.q = (low + high) / 2
		if body, err = o.save(img, to, q); err != nil {
			return nil, err
		}
		if len(body) <= limit {
			best, low = body, q.q+1
		} else {
			high = q.q - 1
		}
	}
	if best == nil {
		return nil, tooManyBytes(body, limit, to, "fewer pixels")
	}
	return best, nil
}

func tooManyBytes(body []byte, limit int, to format.Format, remedy string) error {
	return problem.New(problem.TooManyPixels, "as %s the result has no fewer than %d bytes; max-bytes is %d: ask for %s",
		strings.ToUpper(string(to)), len(body), limit, remedy)
}
