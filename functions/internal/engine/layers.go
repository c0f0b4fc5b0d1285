package engine

import (
	"os"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// layers are the originals that options lay upon the picture, by the option.
type layers map[string]*layer

// layer is an original that lies upon the picture.
type layer struct {
	option   string
	original *original
	image    *vips.Image // as it meets each frame of the picture; none before the first
}

// openLayers reads the headers of what the options lay upon the picture, and
// holds each against the limits by itself.
func openLayers(wanted []options.Layer, files []*os.File, limits Limits) (layers, error) {
	all := layers{}
	for i, w := range wanted {
		o, err := open(files[i], limits)
		if err != nil {
			all.close()
			return nil, blame(w.Option, err)
		}
		all[w.Option] = &layer{option: w.Option, original: o}
	}
	return all, nil
}

func (all layers) close() {
	for _, l := range all {
		l.image.Close()
		l.original.close()
	}
}

// blame has a problem of another original than the picture tell which option
// named it.
func blame(option string, err error) error {
	p := problem.Of(err)
	return problem.New(p.Code, "%s: %s", option, p.Detail).Because(err)
}
