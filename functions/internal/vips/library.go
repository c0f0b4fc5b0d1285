package vips

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Objects, types and foreign memory are plain numbers to Go: the garbage
// collector must not look at them.
type (
	object = uintptr
	gtype  = uintptr
)

// The C functions that suffice. None is variadic, so their calling convention
// is the same on every processor.
var (
	gFree            func(uintptr)
	gSetenv          func(name, value string, overwrite int32) int32
	gObjectRef       func(object) object
	gObjectUnref     func(object)
	gFindProperty    func(class uintptr, name string) *paramSpec
	gSetProperty     func(o object, name string, v *value)
	gGetProperty     func(o object, name string, v *value)
	gParamValidate   func(*paramSpec, *value) int32
	gTypeFundamental func(gtype) gtype
	gTypeName        func(gtype) string
	gTypeFromName    func(string) gtype
	gTypeIsA         func(t, is gtype) int32
	gTypeChildren    func(t gtype, n *uint32) uintptr
	gTypeTestFlags   func(t gtype, flags uint32) int32
	gValueInit       func(v *value, t gtype) *value
	gValueUnset      func(*value)
	gValueSetBool    func(v *value, x int32)
	gValueSetInt     func(v *value, x int32)
	gValueSetUint64  func(v *value, x uint64)
	gValueSetInt64   func(v *value, x int64)
	gValueSetDouble  func(v *value, x float64)
	gValueSetEnum    func(v *value, x int32)
	gValueSetFlags   func(v *value, x uint32)
	gValueSetString  func(v *value, x string)
	gValueSetObject  func(v *value, x object)
	gValueTakeBoxed  func(v *value, x uintptr)
	gValueGetBool    func(*value) int32
	gValueGetInt     func(*value) int32
	gValueGetUint64  func(*value) uint64
	gValueGetInt64   func(*value) int64
	gValueGetDouble  func(*value) float64
	gValueGetEnum    func(*value) int32
	gValueGetFlags   func(*value) uint32
	gValueGetString  func(*value) string
	gValueDupObject  func(*value) object

	vipsInit              func(name string) int32
	vipsConcurrencySet    func(int32)
	vipsCacheSetMax       func(int32)
	vipsBlockUntrustedSet func(int32)
	vipsOperationBlockSet func(class string, state int32)
	vipsPipeReadLimitSet  func(int64)
	vipsThreadShutdown    func()

	vipsErrorTake    func() uintptr
	vipsErrorClear   func()
	vipsEnumFromNick func(domain string, t gtype, nick string) int32
	vipsEnumNick     func(t gtype, x int32) string
	vipsFlagsFrom    func(domain string, t gtype, nick string) int32

	vipsOperationNew        func(name string) object
	vipsOperationBuild      func(*object) int32
	vipsOperationFlags      func(object) int32
	vipsNicknameFind        func(gtype) string
	vipsObjectUnrefOutputs  func(object)
	vipsObjectArgumentFlags func(o object, name string) int32
	vipsObjectGetArgs       func(o object, names *uintptr, flags *uintptr, n *int32) int32
	vipsObjectMap           func(f uintptr, a, b uintptr) uintptr

	vipsInterpolateNew func(nick string) object
	vipsArrayDoubleNew func(*float64, int32) uintptr
	vipsArrayIntNew    func(*int32, int32) uintptr
	vipsArrayImageNew  func(*object, int32) uintptr
	vipsBlobCopy       func(*byte, uintptr) uintptr
	vipsGetDoubles     func(v *value, n *int32) *float64
	vipsGetInts        func(v *value, n *int32) *int32
	vipsGetBlob        func(v *value, n *uintptr) *byte
	vipsGetRefString   func(v *value, n *uintptr) string

	vipsImageWidth      func(object) int32
	vipsImageHeight     func(object) int32
	vipsImageBands      func(object) int32
	vipsImageXOffset    func(object) int32
	vipsImageYOffset    func(object) int32
	vipsImageFormat     func(object) int32
	vipsImageInterpret  func(object) int32
	vipsImageHasAlpha   func(object) int32
	vipsImagePageHeight func(object) int32
	vipsImageTypeOf     func(o object, name string) gtype
	vipsImageGet        func(o object, name string, v *value) int32
	vipsImageSet        func(o object, name string, v *value)
	vipsImageCopyMemory func(object) object
	vipsImageNewMemory  func(data *byte, size uintptr, w, h, bands, format int32) object
	vipsImageToMemory   func(o object, size *uintptr) *byte

	vipsSourceFromDescriptor func(fd int32) object
	vipsSourceSniff          func(o object, data **byte, n uintptr) int64
	vipsSourceLength         func(object) int64
	vipsSourceMap            func(o object, n *uintptr) *byte

	vipsTrackedMem    func() uintptr
	vipsTrackedAllocs func() int32
	vipsTrackedFiles  func() int32
)

var symbols = map[string]any{
	"g_free":                       &gFree,
	"g_setenv":                     &gSetenv,
	"g_object_ref":                 &gObjectRef,
	"g_object_unref":               &gObjectUnref,
	"g_object_class_find_property": &gFindProperty,
	"g_object_set_property":        &gSetProperty,
	"g_object_get_property":        &gGetProperty,
	"g_param_value_validate":       &gParamValidate,
	"g_type_fundamental":           &gTypeFundamental,
	"g_type_name":                  &gTypeName,
	"g_type_from_name":             &gTypeFromName,
	"g_type_is_a":                  &gTypeIsA,
	"g_type_children":              &gTypeChildren,
	"g_type_test_flags":            &gTypeTestFlags,
	"g_value_init":                 &gValueInit,
	"g_value_unset":                &gValueUnset,
	"g_value_set_boolean":          &gValueSetBool,
	"g_value_set_int":              &gValueSetInt,
	"g_value_set_uint64":           &gValueSetUint64,
	"g_value_set_int64":            &gValueSetInt64,
	"g_value_set_double":           &gValueSetDouble,
	"g_value_set_enum":             &gValueSetEnum,
	"g_value_set_flags":            &gValueSetFlags,
	"g_value_set_string":           &gValueSetString,
	"g_value_set_object":           &gValueSetObject,
	"g_value_take_boxed":           &gValueTakeBoxed,
	"g_value_get_boolean":          &gValueGetBool,
	"g_value_get_int":              &gValueGetInt,
	"g_value_get_uint64":           &gValueGetUint64,
	"g_value_get_int64":            &gValueGetInt64,
	"g_value_get_double":           &gValueGetDouble,
	"g_value_get_enum":             &gValueGetEnum,
	"g_value_get_flags":            &gValueGetFlags,
	"g_value_get_string":           &gValueGetString,
	"g_value_dup_object":           &gValueDupObject,

	"vips_init":                      &vipsInit,
	"vips_concurrency_set":           &vipsConcurrencySet,
	"vips_cache_set_max":             &vipsCacheSetMax,
	"vips_block_untrusted_set":       &vipsBlockUntrustedSet,
	"vips_operation_block_set":       &vipsOperationBlockSet,
	"vips_pipe_read_limit_set":       &vipsPipeReadLimitSet,
	"vips_thread_shutdown":           &vipsThreadShutdown,
	"vips_error_buffer_copy":         &vipsErrorTake,
	"vips_error_clear":               &vipsErrorClear,
	"vips_enum_from_nick":            &vipsEnumFromNick,
	"vips_enum_nick":                 &vipsEnumNick,
	"vips_flags_from_nick":           &vipsFlagsFrom,
	"vips_operation_new":             &vipsOperationNew,
	"vips_cache_operation_buildp":    &vipsOperationBuild,
	"vips_operation_get_flags":       &vipsOperationFlags,
	"vips_nickname_find":             &vipsNicknameFind,
	"vips_object_unref_outputs":      &vipsObjectUnrefOutputs,
	"vips_object_get_argument_flags": &vipsObjectArgumentFlags,
	"vips_object_get_args":           &vipsObjectGetArgs,
	"vips_object_map":                &vipsObjectMap,

	"vips_interpolate_new":        &vipsInterpolateNew,
	"vips_array_double_new":       &vipsArrayDoubleNew,
	"vips_array_int_new":          &vipsArrayIntNew,
	"vips_array_image_new":        &vipsArrayImageNew,
	"vips_blob_copy":              &vipsBlobCopy,
	"vips_value_get_array_double": &vipsGetDoubles,
	"vips_value_get_array_int":    &vipsGetInts,
	"vips_value_get_blob":         &vipsGetBlob,
	"vips_value_get_ref_string":   &vipsGetRefString,

	"vips_image_get_width":            &vipsImageWidth,
	"vips_image_get_height":           &vipsImageHeight,
	"vips_image_get_xoffset":          &vipsImageXOffset,
	"vips_image_get_yoffset":          &vipsImageYOffset,
	"vips_image_get_bands":            &vipsImageBands,
	"vips_image_get_format":           &vipsImageFormat,
	"vips_image_get_interpretation":   &vipsImageInterpret,
	"vips_image_hasalpha":             &vipsImageHasAlpha,
	"vips_image_get_page_height":      &vipsImagePageHeight,
	"vips_image_get_typeof":           &vipsImageTypeOf,
	"vips_image_get":                  &vipsImageGet,
	"vips_image_set":                  &vipsImageSet,
	"vips_image_copy_memory":          &vipsImageCopyMemory,
	"vips_image_new_from_memory_copy": &vipsImageNewMemory,
	"vips_image_write_to_memory":      &vipsImageToMemory,

	"vips_source_new_from_descriptor": &vipsSourceFromDescriptor,
	"vips_source_sniff_at_most":       &vipsSourceSniff,
	"vips_source_map":                 &vipsSourceMap,
	"vips_source_length":              &vipsSourceLength,

	"vips_tracked_get_mem":    &vipsTrackedMem,
	"vips_tracked_get_allocs": &vipsTrackedAllocs,
	"vips_tracked_get_files":  &vipsTrackedFiles,
}

// bind opens the library and fills in the functions above.
func bind(path string) error {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	for name, fn := range symbols {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return fmt.Errorf("%s lacks %s: %w", path, name, err)
		}
		purego.RegisterFunc(fn, address)
	}
	return nil
}

// paramSpec is the public head of GLib's GParamSpec.
type paramSpec struct {
	_         uintptr // class
	_         uintptr // name
	_         uint32  // flags
	_         uint32
	valueType gtype
	_         gtype // owner
}

// classOf reads the class pointer that every GObject begins with.
func classOf(o object) uintptr { return *(*uintptr)(pointer(o)) }

// pointer turns the address of foreign memory into a pointer. Go's collector
// neither moves nor frees what lies there.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// attempt does what may fail and returns what libvips says then. Its buffer
// of messages only grows, also by complaints that turn out harmless, so it
// is emptied before and after.
func attempt(operation string, succeeds func() bool) error {
	vipsErrorClear()
	defer vipsErrorClear()
	if !succeeds() {
		return takeError(operation)
	}
	return nil
}

// takeError returns what libvips says, and empties its buffer.
func takeError(operation string) error {
	buffer := vipsErrorTake()
	message := strings.TrimSpace(goString(buffer))
	gFree(buffer)
	if message == "" {
		message = "failed and did not say why"
	}
	return &Error{operation, strings.ReplaceAll(message, "\n", "; ")}
}

func toBool(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
