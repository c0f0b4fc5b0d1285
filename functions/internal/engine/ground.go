package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// ground makes what lies behind an image of a size.
type ground func(size) (*vips.Image, error)

// plain is a ground of one colour.
func plain(color options.Color) ground {
	return func(s size) (*vips.Image, error) {
		made, err := vips.New("black", vips.Args{"width": s.w, "height": s.h, "bands": 4})
		return chained(made, err,
			operation{"linear", vips.Args{"a": []float64{1}, "b": rgba(color), "uchar": true}},
			operation{"copy", vips.Args{"interpretation": "srgb"}},
		)
	}
}

// underlay lays a ground behind an image with transparency.
func underlay(img *vips.Image, below ground) error {
	behind, err := below(sizeOf(img))
	if err != nil {
		return err
	}
	defer behind.Close()
	made, err := compose(behind, img, 0, 0)
	if err != nil {
		return err
	}
	img.Become(made)
	return nil
}
