package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/vips"
)

// framesOf returns how many of the original's frames the variant will have.
func framesOf(info Info, to format.Format) int {
	if to.Animates() {
		return info.Frames
	}
	return 1
}

// load opens the original again to decode it as the plan needs it: shrunk
// where its format can do that cheaply, row by row from the top, and only as
// long as the bytes are sound.
func (o *original) load(plan geometry, to format.Format) (*frames, error) {
	if err := o.checkStructure(); err != nil {
		return nil, err
	}
	args := vips.Args{"source": o.source, "access": "sequential", "fail_on": "warning"}
	pages := framesOf(o.info, to)
	switch o.info.Format {
	case format.JPEG:
		args["shrink"] = plan.shrink()
	case format.SVG:
		args["scale"] = plan.svgScale()
	case format.WebP:
		args["n"] = pages
		if o.info.Frames == 1 { // an animation's frames are patches upon each other
			args["scale"] = plan.scale()
		}
	case format.GIF:
		args["n"] = pages
	}
	img, err := vips.New(loaders[o.info.Format], args)
	if err != nil {
		return nil, o.broken(err)
	}
	defer img.Close()
	return o.split(img, pages)
}

// checkStructure refuses what decoders take and should not: it goes by the
// file's parts, whose contents it leaves to them.
func (o *original) checkStructure() error {
	switch o.info.Format {
	case format.JPEG:
		return o.checkScans()
	case format.PNG:
		return o.checkPNG()
	case format.GIF:
		return o.checkGIF()
	}
	return nil
}
