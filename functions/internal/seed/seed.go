// Package seed makes small originals of every kind that is read: what tests
// cut, flip and mutate. They are made anew each time, by the same encoders
// that the service has, so that none needs to be kept.
package seed

import (
	"fmt"

	"primrose/functions/internal/format"
	"primrose/functions/internal/vips"
)

// Image is an original.
type Image struct {
	Name   string // with its format as extension
	Format format.Format
	Data   []byte
}

// kind is a way to encode a picture.
type kind struct {
	name   string
	format format.Format
	paint  func() (*vips.Image, error)
	saver  string
	args   vips.Args
}

var kinds = []kind{
	{"baseline", format.JPEG, opaque, "jpegsave_buffer", vips.Args{"Q": 80}},
	{"progressive", format.JPEG, opaque, "jpegsave_buffer", vips.Args{"interlace": true, "optimize_coding": true}},
	{"full-colour", format.JPEG, held, "jpegsave_buffer", vips.Args{"subsample_mode": "off", "profile": "p3"}},
	{"restarts", format.JPEG, opaque, "jpegsave_buffer", vips.Args{"restart_interval": 3}},
	{"gray", format.JPEG, gray, "jpegsave_buffer", nil},
	{"cmyk", format.JPEG, cmyk, "jpegsave_buffer", vips.Args{"keep": "none"}},

	{"plain", format.PNG, opaque, "pngsave_buffer", nil},
	{"alpha", format.PNG, transparent, "pngsave_buffer", vips.Args{"profile": "p3"}},
	{"interlaced", format.PNG, transparent, "pngsave_buffer", vips.Args{"interlace": true}},
	{"palette", format.PNG, transparent, "pngsave_buffer", vips.Args{"palette": true}},
	{"deep", format.PNG, deep, "pngsave_buffer", vips.Args{"bitdepth": 16}},
	{"bits", format.PNG, gray, "pngsave_buffer", vips.Args{"bitdepth": 1}},

	{"lossy", format.WebP, opaque, "webpsave_buffer", nil},
	{"lossy-alpha", format.WebP, transparent, "webpsave_buffer", vips.Args{"profile": "p3"}},
	{"lossless", format.WebP, transparent, "webpsave_buffer", vips.Args{"lossless": true}},
	{"animated", format.WebP, moving, "webpsave_buffer", nil},

	{"still", format.GIF, opaque, "gifsave_buffer", nil},
	{"animated", format.GIF, moving, "gifsave_buffer", nil},
	{"interlaced", format.GIF, transparent, "gifsave_buffer", vips.Args{"interlace": true}},

	{"lossy", format.AVIF, opaque, "heifsave_buffer", vips.Args{"compression": "av1", "effort": 0}},
	{"alpha", format.AVIF, transparent, "heifsave_buffer", vips.Args{"compression": "av1", "effort": 0}},
	{"lossless", format.AVIF, opaque, "heifsave_buffer", vips.Args{"compression": "av1", "effort": 0, "lossless": true}},
	{"deep", format.AVIF, deep, "heifsave_buffer", vips.Args{"compression": "av1", "effort": 0, "bitdepth": 12}},

	{"plain", format.TIFF, opaque, "tiffsave_buffer", nil},
	{"lzw", format.TIFF, transparent, "tiffsave_buffer", vips.Args{"compression": "lzw", "predictor": "horizontal"}},
	{"jpeg", format.TIFF, opaque, "tiffsave_buffer", vips.Args{"compression": "jpeg"}},
	{"tiles", format.TIFF, deep, "tiffsave_buffer", vips.Args{"compression": "deflate", "tile": true, "tile_width": 32, "tile_height": 32}},
	{"fax", format.TIFF, gray, "tiffsave_buffer", vips.Args{"compression": "ccittfax4", "bitdepth": 1}},
}

// Images returns the originals. It opens libvips in this process.
func Images() ([]Image, error) {
	library, err := vips.Find()
	if err != nil {
		return nil, err
	}
	if err := vips.Open(library); err != nil {
		return nil, err
	}
	images := []Image{{"drawing.svg", format.SVG, drawing()}}
	for _, k := range kinds {
		data, err := k.encode()
		if err != nil {
			return nil, fmt.Errorf("encode %s.%s: %w", k.name, k.format, err)
		}
		images = append(images, Image{k.name + "." + string(k.format), k.format, data})
	}
	return images, nil
}

func (k kind) encode() ([]byte, error) {
	img, err := k.paint()
	if err != nil {
		return nil, err
	}
	defer img.Close()
	return img.Save(k.saver, k.args)
}
