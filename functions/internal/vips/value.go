package vips

import (
	"fmt"
	"strings"
	"unsafe"
)

// value is a GValue: a type and a union of two words.
type value struct {
	kind gtype
	_    [2]uint64
}

// GLib's fundamental types (gtype.h); every other is derived from one.
const (
	typeBoolean gtype = 5 << 2
	typeInt     gtype = 6 << 2
	typeInt64   gtype = 10 << 2
	typeUint64  gtype = 11 << 2
	typeEnum    gtype = 12 << 2
	typeFlags   gtype = 13 << 2
	typeDouble  gtype = 15 << 2
	typeString  gtype = 16 << 2
	typeBoxed   gtype = 18 << 2
	typeObject  gtype = 20 << 2
)

// newValue makes a value of type t from x. It must be unset.
func newValue(t gtype, x any) (*value, error) {
	v := new(value)
	gValueInit(v, t)
	if err := v.set(t, x); err != nil {
		gValueUnset(v)
		return nil, err
	}
	return v, nil
}

func (v *value) set(t gtype, x any) error {
	switch gTypeFundamental(t) {
	case typeBoolean:
		if b, ok := x.(bool); ok {
			gValueSetBool(v, toBool(b))
			return nil
		}
	case typeInt:
		if i, ok := x.(int); ok && int(int32(i)) == i {
			gValueSetInt(v, int32(i))
			return nil
		}
	case typeInt64:
		if i, ok := x.(int); ok {
			gValueSetInt64(v, int64(i))
			return nil
		}
	case typeUint64:
		if i, ok := x.(int); ok && i >= 0 {
			gValueSetUint64(v, uint64(i))
			return nil
		}
	case typeDouble:
		switch n := x.(type) {
		case float64:
			gValueSetDouble(v, n)
			return nil
		case int:
			gValueSetDouble(v, float64(n))
			return nil
		}
	case typeEnum, typeFlags:
		return v.setNick(t, x)
	case typeString:
		if s, ok := x.(string); ok && !strings.ContainsRune(s, 0) {
			gValueSetString(v, s)
			return nil
		}
	case typeBoxed:
		return v.setBoxed(t, x)
	case typeObject:
		if nick, ok := x.(string); ok && gTypeName(t) == "VipsInterpolate" {
			return v.setInterpolator(nick)
		}
		if o, ok := x.(holder); ok && o.address() != 0 {
			gValueSetObject(v, o.address())
			return nil
		}
	}
	return mismatch(t, x)
}

// setNick sets an enumeration or a set of flags by the short name that
// libvips' documentation uses.
func (v *value) setNick(t gtype, x any) error {
	nick, ok := x.(string)
	if !ok {
		return mismatch(t, x)
	}
	if gTypeFundamental(t) == typeFlags {
		i := vipsFlagsFrom("vips", t, nick)
		if i < 0 {
			return takeError(nick)
		}
		gValueSetFlags(v, uint32(i))
		return nil
	}
	i := vipsEnumFromNick("vips", t, nick)
	if i < 0 {
		return takeError(nick)
	}
	gValueSetEnum(v, i)
	return nil
}

// setInterpolator sets the one object that goes by a nick.
func (v *value) setInterpolator(nick string) error {
	o := vipsInterpolateNew(nick)
	if o == 0 {
		return takeError(nick)
	}
	defer gObjectUnref(o)
	gValueSetObject(v, o)
	return nil
}

// setBoxed sets an array or a blob; libvips gets a copy of its own.
func (v *value) setBoxed(t gtype, x any) error {
	var area uintptr
	name := gTypeName(t)
	switch x := x.(type) {
	case []float64:
		if name == "VipsArrayDouble" {
			area = vipsArrayDoubleNew(unsafe.SliceData(x), int32(len(x)))
		}
	case []int:
		switch name {
		case "VipsArrayInt":
			ints := make([]int32, len(x))
			for i, n := range x {
				ints[i] = int32(n)
			}
			area = vipsArrayIntNew(unsafe.SliceData(ints), int32(len(ints)))
		case "VipsArrayDouble":
			doubles := make([]float64, len(x))
			for i, n := range x {
				doubles[i] = float64(n)
			}
			area = vipsArrayDoubleNew(unsafe.SliceData(doubles), int32(len(doubles)))
		}
	case []*Image:
		if name == "VipsArrayImage" {
			objects := make([]object, len(x))
			for i, img := range x {
				objects[i] = img.object
			}
			area = vipsArrayImageNew(unsafe.SliceData(objects), int32(len(objects)))
		}
	case []byte:
		if name == "VipsBlob" {
			area = vipsBlobCopy(unsafe.SliceData(x), uintptr(len(x)))
		}
	}
	if area == 0 {
		return mismatch(t, x)
	}
	gValueTakeBoxed(v, area)
	return nil
}

// get copies the value into what dest points to.
func (v *value) get(dest any) error {
	fundamental := gTypeFundamental(v.kind)
	switch dest := dest.(type) {
	case *bool:
		if fundamental == typeBoolean {
			*dest = gValueGetBool(v) != 0
			return nil
		}
	case *int:
		switch fundamental {
		case typeInt:
			*dest = int(gValueGetInt(v))
			return nil
		case typeInt64:
			*dest = int(gValueGetInt64(v))
			return nil
		case typeUint64:
			*dest = int(gValueGetUint64(v))
			return nil
		case typeFlags:
			*dest = int(gValueGetFlags(v))
			return nil
		}
	case *float64:
		if fundamental == typeDouble {
			*dest = gValueGetDouble(v)
			return nil
		}
	case *string:
		return v.getString(fundamental, dest)
	case *[]float64:
		if gTypeName(v.kind) == "VipsArrayDouble" {
			var n int32
			*dest = append([]float64(nil), unsafe.Slice(vipsGetDoubles(v, &n), n)...)
			return nil
		}
	case *[]int:
		if gTypeName(v.kind) == "VipsArrayInt" {
			var n int32
			ints := vipsGetInts(v, &n)
			*dest = make([]int, n)
			for i, x := range unsafe.Slice(ints, n) {
				(*dest)[i] = int(x)
			}
			return nil
		}
	case *[]byte:
		if gTypeName(v.kind) == "VipsBlob" {
			var n uintptr
			*dest = append([]byte(nil), unsafe.Slice(vipsGetBlob(v, &n), n)...)
			return nil
		}
	case **Image:
		if fundamental == typeObject {
			*dest = &Image{gValueDupObject(v)}
			return nil
		}
	}
	return fmt.Errorf("libvips holds a %s, which is no %T", gTypeName(v.kind), dest)
}

func (v *value) getString(fundamental gtype, dest *string) error {
	var n uintptr
	switch {
	case fundamental == typeString:
		*dest = gValueGetString(v)
	case fundamental == typeEnum:
		*dest = vipsEnumNick(v.kind, gValueGetEnum(v))
	case gTypeName(v.kind) == "VipsRefString":
		*dest = vipsGetRefString(v, &n)
	default:
		return fmt.Errorf("libvips holds a %s, which is no string", gTypeName(v.kind))
	}
	return nil
}

func mismatch(t gtype, x any) error {
	return fmt.Errorf("libvips wants a %s, and %T %v is none", gTypeName(t), x, x)
}

// holder is whatever wraps an object of libvips'.
type holder interface{ address() object }
