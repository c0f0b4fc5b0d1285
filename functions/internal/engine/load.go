package engine

import (
	"primrose/functions/internal/format"
	"primrose/functions/internal/vips"
)

// load opens the original again to decode it as the plan needs it: shrunk
// where its format can do that cheaply, row by row from the top, and only as
// long as the bytes are sound.
func (o *original) load(plan geometry, t timeline) (*frames, error) {
	if err := o.checkStructure(); err != nil {
		return nil, err
	}
	args := vips.Args{"source": o.source, "access": "sequential", "fail_on": "warning"}
	switch o.info.Format {
	case format.JPEG:
		args["shrink"] = plan.shrink()
	case format.SVG:
		args["scale"] = plan.svgScale()
	case format.WebP:
		args["page"], args["n"] = t.frames[0], t.span()
		if o.info.Frames == 1 { // an animation's frames are patches upon each other
			args["scale"] = plan.scale()
		}
	case format.GIF:
		args["page"], args["n"] = t.frames[0], t.span()
	}
	img, err := vips.New(loaders[o.info.Format], args)
	if err != nil {
		return nil, o.broken(err)
	}
	defer img.Close()
	return o.split(img, t)
}
