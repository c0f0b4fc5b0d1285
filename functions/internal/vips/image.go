package vips

import (
	"fmt"
	"unsafe"
)

// Image is an image of libvips'. Its zero value is none and may be closed.
// Images that came of it stay good when it is closed.
type Image struct{ object object }

func (img *Image) address() object {
	if img == nil {
		return 0
	}
	return img.object
}

// FromPixels makes an image of 8-bit pixels: rows from the top, pixels from
// the left, bands (1 to 4: grey or sRGB, then alpha) interleaved.
func FromPixels(pixels []byte, width, height, bands int) (*Image, error) {
	if width <= 0 || height <= 0 || bands < 1 || bands > 4 || len(pixels) != width*height*bands {
		return nil, fmt.Errorf("%d bytes are no %d×%d image of %d bands", len(pixels), width, height, bands)
	}
	const uchar = 0
	o := vipsImageNewMemory(unsafe.SliceData(pixels), uintptr(len(pixels)), int32(width), int32(height), int32(bands), uchar)
	if o == 0 {
		return nil, takeError("image from pixels")
	}
	img := &Image{o}
	interpretation := "srgb"
	if bands < 3 {
		interpretation = "b-w"
	}
	if err := img.Apply("copy", Args{"interpretation": interpretation}); err != nil {
		img.Close()
		return nil, err
	}
	return img, nil
}

// Close lets go of the image. Closing again does nothing.
func (img *Image) Close() {
	if img != nil && img.object != 0 {
		gObjectUnref(img.object)
		img.object = 0
	}
}

// Copy returns the same image once more, to be closed by itself.
func (img *Image) Copy() *Image { return &Image{gObjectRef(img.object)} }

// Become puts other, which is closed thereby, in the place of img.
func (img *Image) Become(other *Image) {
	img.Close()
	img.object, other.object = other.object, 0
}

// Render computes the image's pixels and keeps them in memory, from where
// they can be read in any order and more than once.
func (img *Image) Render() error {
	var rendered Image
	err := attempt("render", func() bool {
		rendered.object = vipsImageCopyMemory(img.object)
		return rendered.object != 0
	})
	if err != nil {
		return err
	}
	img.Become(&rendered)
	return nil
}

// Pixels computes the image and returns its samples, in the layout of
// [FromPixels] and in the image's own [Image.Format].
func (img *Image) Pixels() ([]byte, error) {
	var size uintptr
	var data *byte
	err := attempt("pixels", func() bool {
		data = vipsImageToMemory(img.object, &size)
		return data != nil
	})
	if err != nil {
		return nil, err
	}
	defer gFree(uintptr(unsafe.Pointer(data)))
	return append([]byte(nil), unsafe.Slice(data, size)...), nil
}

// Width and Height are in pixels. An animation's frames lie below each other
// in one image.
func (img *Image) Width() int  { return int(vipsImageWidth(img.object)) }
func (img *Image) Height() int { return int(vipsImageHeight(img.object)) }

// PageHeight is the height of one frame in pixels.
func (img *Image) PageHeight() int { return int(vipsImagePageHeight(img.object)) }

// Pages is how many frames the file has, loaded or not. Libvips' own function
// of that name takes 10,000 or more for a mistake, and says 1.
func (img *Image) Pages() int {
	n, _ := img.Int("n-pages")
	return max(1, n)
}

// XOffset and YOffset are where the image lies in what it was cut from, as
// negative numbers.
func (img *Image) XOffset() int { return int(vipsImageXOffset(img.object)) }
func (img *Image) YOffset() int { return int(vipsImageYOffset(img.object)) }

// Bands is the number of channels, alpha included.
func (img *Image) Bands() int { return int(vipsImageBands(img.object)) }

// HasAlpha reports whether the last band is transparency.
func (img *Image) HasAlpha() bool { return vipsImageHasAlpha(img.object) != 0 }

// Format is the type of a sample: uchar, ushort, float …
func (img *Image) Format() string {
	return vipsEnumNick(gTypeFromName("VipsBandFormat"), vipsImageFormat(img.object))
}

// Interpretation is what the samples mean: srgb, b-w, rgb16, cmyk, lab …
func (img *Image) Interpretation() string {
	return vipsEnumNick(gTypeFromName("VipsInterpretation"), vipsImageInterpret(img.object))
}

// Has reports whether the image carries metadata of that name.
func (img *Image) Has(name string) bool { return vipsImageTypeOf(img.object, name) != 0 }

// Int, Float, Text, Ints and Blob return metadata by name, and whether the
// image has it in that type.
func (img *Image) Int(name string) (int, bool)       { return metadata[int](img, name) }
func (img *Image) Float(name string) (float64, bool) { return metadata[float64](img, name) }
func (img *Image) Text(name string) (string, bool)   { return metadata[string](img, name) }
func (img *Image) Ints(name string) ([]int, bool)    { return metadata[[]int](img, name) }
func (img *Image) Blob(name string) ([]byte, bool)   { return metadata[[]byte](img, name) }

func metadata[T any](img *Image, name string) (x T, ok bool) {
	if !img.Has(name) {
		return x, false
	}
	v := new(value)
	if vipsImageGet(img.object, name, v) != 0 {
		vipsErrorClear()
		return x, false
	}
	defer gValueUnset(v)
	return x, v.get(&x) == nil
}

// Set gives the image metadata: an int, float64, string, []int or []byte.
// Images that share its pixels don't see it.
func (img *Image) Set(name string, x any) error {
	var typeName string
	switch x.(type) {
	case int:
		typeName = "gint"
	case float64:
		typeName = "gdouble"
	case string:
		typeName = "gchararray"
	case []int:
		typeName = "VipsArrayInt"
	case []byte:
		typeName = "VipsBlob"
	default:
		return fmt.Errorf("metadata %s can't be a %T", name, x)
	}
	v, err := newValue(gTypeFromName(typeName), x)
	if err != nil {
		return fmt.Errorf("metadata %s: %w", name, err)
	}
	defer gValueUnset(v)
	if err := img.Apply("copy", nil); err != nil {
		return err
	}
	vipsImageSet(img.object, name, v)
	return nil
}
