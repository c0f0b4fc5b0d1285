package magick

import "primrose/functions/internal/vips"

// flip turns top to bottom.
type flip struct{}

func parseFlip(s *settings, _ string) error { return s.add(flip{}) }

func (flip) apply(img *vips.Image, _ run) error {
	if err := img.Render(); err != nil { // the last row is read first
		return err
	}
	return img.Apply("flip", vips.Args{"direction": "vertical"})
}

// flop turns left to right.
type flop struct{}

func parseFlop(s *settings, _ string) error { return s.add(flop{}) }

func (flop) apply(img *vips.Image, _ run) error {
	return img.Apply("flip", vips.Args{"direction": "horizontal"})
}
