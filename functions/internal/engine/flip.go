package engine

import (
	"primrose/functions/internal/options"
	"primrose/functions/internal/vips"
)

// flip mirrors the frame.
func flip(f *frame) error {
	if f.values.Flip&options.FlipHorizontal != 0 {
		if err := f.mirror("horizontal"); err != nil {
			return err
		}
	}
	if f.values.Flip&options.FlipVertical != 0 {
		return f.mirror("vertical")
	}
	return nil
}

func (f *frame) mirror(direction string) error {
	if err := f.render(); err != nil {
		return err
	}
	return f.image.Apply("flip", vips.Args{"direction": direction})
}
