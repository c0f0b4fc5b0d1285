package vips

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Args are the named arguments of an operation. Names are libvips'. Values
// that go in are bool, int, float64, string (also for an enumeration or an
// interpolator, by nick), []int, []float64, []byte, []*Image, *Image and
// *Source. Values that come out are pointers to where they shall be put:
// *bool, *int, *float64, *string, *[]int, *[]float64, *[]byte and **Image,
// which must be closed.
type Args map[string]any

// Call runs an operation. If it fails, nothing was put anywhere.
func Call(name string, args Args) error {
	op, err := newOperation(name)
	if err != nil {
		return err
	}
	defer op.close()
	return op.run(args)
}

// New returns the image that an operation makes of other things: a loader, or
// one that joins images.
func New(name string, args Args) (*Image, error) {
	var img *Image
	all := Args{"out": &img}
	maps.Copy(all, args)
	err := Call(name, all)
	return img, err
}

// Apply replaces the image by what an operation makes of it. If it fails,
// the image is as it was.
func (img *Image) Apply(name string, args Args) error {
	op, err := newOperation(name)
	if err != nil {
		return err
	}
	defer op.close()
	in, out, err := op.through()
	if err != nil {
		return err
	}
	var made *Image
	all := Args{in: img, out: &made}
	maps.Copy(all, args)
	if err := op.run(all); err != nil {
		return err
	}
	img.Become(made)
	return nil
}

// With returns what an operation makes of the image, and leaves it as it is.
func (img *Image) With(name string, args Args) (*Image, error) {
	made := img.Copy()
	if err := made.Apply(name, args); err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// Save runs a saver that ends in _buffer and returns the bytes it wrote.
func (img *Image) Save(saver string, args Args) ([]byte, error) {
	var data []byte
	all := Args{"in": img, "buffer": &data}
	maps.Copy(all, args)
	err := Call(saver, all)
	return data, err
}

// operation is one use of an operation.
type operation struct {
	name   string
	object object
}

func newOperation(name string) (*operation, error) {
	o := vipsOperationNew(name)
	if o == 0 {
		return nil, takeError(name)
	}
	return &operation{name, o}, nil
}

// close lets go of the operation and of the results that it still holds.
func (op *operation) close() {
	vipsObjectUnrefOutputs(op.object)
	gObjectUnref(op.object)
}

func (op *operation) run(args Args) error {
	names := slices.Sorted(maps.Keys(args)) // so that of two errors it is always the same
	var outputs []string
	for _, name := range names {
		isOutput, err := op.check(name, args[name])
		if err != nil {
			return err
		}
		if isOutput {
			outputs = append(outputs, name)
		} else if err := op.set(name, args[name]); err != nil {
			return fmt.Errorf("%s: %s: %w", op.name, name, err)
		}
	}
	if err := attempt(op.name, func() bool { return vipsOperationBuild(&op.object) == 0 }); err != nil {
		return err
	}
	for i, name := range outputs {
		if err := op.get(name, args[name]); err != nil {
			for _, made := range outputs[:i] {
				discard(args[made])
			}
			return fmt.Errorf("%s: %s: %w", op.name, name, err)
		}
	}
	return nil
}

// The flags of an argument (VipsArgumentFlags in object.h).
const (
	required = 1 << 0
	input    = 1 << 4
	output   = 1 << 5
)

// check tells whether an argument is an output, and whether it is used so.
func (op *operation) check(name string, x any) (isOutput bool, err error) {
	if gFindProperty(classOf(op.object), name) == nil {
		return false, fmt.Errorf("%s has no argument %s", op.name, name)
	}
	isOutput = vipsObjectArgumentFlags(op.object, name)&output != 0
	if isOutput != isPlace(x) {
		return false, fmt.Errorf("%s: %s goes the other way than %T", op.name, name, x)
	}
	return isOutput, nil
}

func isPlace(x any) bool {
	switch x.(type) {
	case *bool, *int, *float64, *string, *[]int, *[]float64, *[]byte, **Image:
		return true
	}
	return false
}

func discard(place any) {
	if img, ok := place.(**Image); ok {
		(*img).Close()
		*img = nil
	} else {
		reflect.ValueOf(place).Elem().SetZero()
	}
}

func (op *operation) set(name string, x any) error {
	spec := gFindProperty(classOf(op.object), name)
	v, err := newValue(spec.valueType, x)
	if err != nil {
		return err
	}
	defer gValueUnset(v)
	if gParamValidate(spec, v) != 0 { // it was changed to fit
		return fmt.Errorf("%v is out of range", x)
	}
	gSetProperty(op.object, name, v)
	return nil
}

func (op *operation) get(name string, place any) error {
	v := new(value)
	gValueInit(v, gFindProperty(classOf(op.object), name).valueType)
	defer gValueUnset(v)
	gGetProperty(op.object, name, v)
	return v.get(place)
}

// through returns the names of the first image that goes in and the first
// that comes out.
func (op *operation) through() (in, out string, err error) {
	image := gTypeFromName("VipsImage")
	for name, flags := range op.arguments() {
		spec := gFindProperty(classOf(op.object), name)
		if flags&required == 0 || spec == nil || gTypeIsA(spec.valueType, image) == 0 {
			continue
		}
		if flags&input != 0 && in == "" {
			in = name
		}
		if flags&output != 0 && out == "" {
			out = name
		}
	}
	if in == "" || out == "" {
		return "", "", fmt.Errorf("%s does not make an image from an image", op.name)
	}
	return in, out, nil
}

// arguments yields the names and flags of the operation's arguments.
func (op *operation) arguments() func(yield func(string, int32) bool) {
	var names, flags uintptr
	var n int32
	vipsObjectGetArgs(op.object, &names, &flags, &n)
	return func(yield func(string, int32) bool) {
		for i := range uintptr(n) {
			name := *(*uintptr)(pointer(names + 8*i))
			if !yield(goString(name), *(*int32)(pointer(flags + 4*i))) {
				return
			}
		}
	}
}
