package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
)

// chooseFormat returns the variant's format: the best that auto permits, else
// the one that fm orders, else the original's own, which is imgix's order
// (its reference says so at auto=format). What the service chooses by itself
// keeps transparency and animation; libvips is not built to write animated
// AVIF.
func chooseFormat(info Info, v options.Values) format.Format {
	animated := info.Frames > 1
	switch {
	case standIn(v) != "":
		return standIn(v)
	case v.Auto&options.AutoAVIF != 0 && !animated:
		return format.AVIF
	case v.Auto&options.AutoWebP != 0:
		return format.WebP
	case v.FM == progressive:
		return format.JPEG
	case v.FM == paletted, v.FM == truecolor:
		return format.PNG
	case v.FM != "":
		return format.Format(v.FM)
	}
	return ownFormat(info)
}

// ownFormat returns the format of a variant that nobody chose one for.
func ownFormat(info Info) format.Format {
	switch info.Format {
	case format.SVG:
		return format.PNG
	case format.TIFF:
		if info.Alpha {
			return format.PNG
		}
		return format.JPEG
	}
	return info.Format
}
