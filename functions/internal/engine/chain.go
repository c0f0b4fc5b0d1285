package engine

import "primrose/functions/internal/vips"

// operation is one of libvips', with its arguments.
type operation struct {
	name string
	args vips.Args
}

// chain applies one operation after the other to the image.
func chain(img *vips.Image, operations ...operation) error {
	for _, o := range operations {
		if err := img.Apply(o.name, o.args); err != nil {
			return err
		}
	}
	return nil
}

// chained goes on with an image that was made, if it was. After an error there
// is none, and nothing is left to be closed.
func chained(img *vips.Image, err error, operations ...operation) (*vips.Image, error) {
	if err == nil {
		err = chain(img, operations...)
	}
	if err != nil {
		img.Close()
		return nil, err
	}
	return img, nil
}
