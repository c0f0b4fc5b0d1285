package engine

import (
	"math"

	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

func trims(v options.Values) bool { return v.Trim.How != "" }

// lookForBorder finds what trimming leaves. It is decided on the original's
// own pixels: shrunk ones mix the border with what it surrounds. Of an
// animation stays what any frame has to show.
func (o *original) lookForBorder(v options.Values, t timeline, seen *sight) error {
	plan := geometry{orientation: orientationOf(o.info, v), stored: o.size()}
	plan.area = within(plan.seen(), v.Rect)
	frames, err := o.load(plan, t)
	if err != nil {
		return err
	}
	defer frames.close()
	var shown rect
	find := func(f *frame) error {
		content, err := contentOf(f.image, v.Trim)
		if err != nil {
			return o.broken(err)
		}
		shown = shown.union(content)
		return nil
	}
	if err := frames.each([]step{extract, toSRGB, orient, find}, &frame{original: o, plan: plan}); err != nil {
		return err
	}
	if shown.none() { // all of it is border
		return nil
	}
	shown.x, shown.y = shown.x+plan.area.x, shown.y+plan.area.y
	seen.trimmed = shown.grown(v.Trim.Pad).intersect(plan.area)
	return nil
}

// contentOf returns the rectangle that the border surrounds, which is empty
// where there is nothing but border.
func contentOf(img *vips.Image, trim options.Trim) (rect, error) {
	if trim.How == "auto" {
		return unevenOf(img, trim)
	}
	mask, err := contentMask(img, trim)
	if err != nil {
		return rect{}, err
	}
	if mask == nil { // nothing can be border
		return sizeOf(img).all(), nil
	}
	defer mask.Close()
	columns, rows, err := project(mask)
	if err != nil {
		return rect{}, err
	}
	anything := func(sums []float64) bool { return sums[0] > 0 }
	x, w := columns.between(anything, anything)
	y, h := rows.between(anything, anything)
	return rect{x, y, w, h}, nil
}

// contentMask is white where the image shows something, and black where it is
// border: transparent, or of the border's colour. It is none where nothing can
// be border.
func contentMask(img *vips.Image, trim options.Trim) (*vips.Image, error) {
	visible, err := visibleMask(img, trim)
	if err != nil || trim.How == "alpha" || visible != nil && trim.How == "colorunlessalpha" {
		return visible, err
	}
	color, err := borderColor(img, trim)
	if err != nil || color == nil {
		return chained(visible, err)
	}
	other, err := otherMask(img, color, trim.Tolerance)
	if visible == nil {
		return other, err
	}
	defer visible.Close()
	return chained(other, err, operation{"boolean", vips.Args{"right": visible, "boolean": "and"}})
}

// visibleMask is white where the image is more opaque than a border may be. It
// is none where there is no transparency.
func visibleMask(img *vips.Image, trim options.Trim) (*vips.Image, error) {
	if !img.HasAlpha() {
		return nil, nil
	}
	alpha, err := img.With("extract_band", vips.Args{"band": img.Bands() - 1})
	return chained(alpha, err, operation{"relational_const", vips.Args{"relational": "more", "c": []float64{float64(trim.Alpha)}}})
}

// borderColor is the one that is asked for, or that of the first pixel. A
// transparent one has none.
func borderColor(img *vips.Image, trim options.Trim) ([]float64, error) {
	if trim.Color.Set {
		return rgb(trim.Color), nil
	}
	var pixel []float64
	err := vips.Call("getpoint", vips.Args{"in": img, "out_array": &pixel, "x": 0, "y": 0})
	if err != nil || len(pixel) > 3 && pixel[3] <= float64(trim.Alpha) {
		return nil, err
	}
	return pixel[:3], nil
}

// otherMask is white where a channel differs from a colour by more than the
// tolerance.
func otherMask(img *vips.Image, color []float64, tolerance float64) (*vips.Image, error) {
	mask, err := img.With("extract_band", vips.Args{"band": 0, "n": 3})
	return chained(mask, err,
		operation{"linear", vips.Args{"a": []float64{1, 1, 1}, "b": []float64{-color[0], -color[1], -color[2]}}},
		operation{"abs", nil},
		operation{"relational_const", vips.Args{"relational": "more", "c": []float64{tolerance}}},
		operation{"bandbool", vips.Args{"boolean": "or"}},
	)
}

// unevenOf cuts lines of pixels off each side as long as they are plain and
// alike: within the line no channel deviates by more than trim-sd from its mean,
// and that is within trim-md of the outermost line's. imgix says that it goes by
// these two, but not how.
func unevenOf(img *vips.Image, trim options.Trim) (rect, error) {
	both, err := withSquares(img)
	if err != nil {
		return rect{}, err
	}
	defer both.Close()
	columns, rows, err := project(both)
	if err != nil {
		return rect{}, err
	}
	uneven := func(outermost []float64, length int) func([]float64) bool {
		border := moments(outermost, length)
		return func(sums []float64) bool {
			for band, m := range moments(sums, length) {
				if m.deviation > trim.Deviation || math.Abs(m.mean-border[band].mean) > trim.Mean {
					return true
				}
			}
			return false
		}
	}
	x, w := columns.between(uneven(columns[0], img.Height()), uneven(columns[len(columns)-1], img.Height()))
	y, h := rows.between(uneven(rows[0], img.Width()), uneven(rows[len(rows)-1], img.Width()))
	switch { // what differs in one direction alone is no border in the other
	case w == 0 && h > 0:
		x, w = 0, img.Width()
	case h == 0 && w > 0:
		y, h = 0, img.Height()
	}
	return rect{x, y, w, h}, nil
}
