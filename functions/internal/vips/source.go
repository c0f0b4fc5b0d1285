package vips

import (
	"os"
	"unsafe"
)

// Source is a stream of bytes to load an image from.
type Source struct{ object object }

func (s *Source) address() object {
	if s == nil {
		return 0
	}
	return s.object
}

// FromFile makes a source of a file or a pipe. It reads through a descriptor
// of its own: f may be closed before it.
func FromFile(f *os.File) (*Source, error) {
	o := vipsSourceFromDescriptor(int32(f.Fd()))
	if o == 0 {
		return nil, takeError("source")
	}
	return &Source{o}, nil
}

// Close lets go of the source; images that load from it hold it too.
// Closing again does nothing.
func (s *Source) Close() {
	if s != nil && s.object != 0 {
		gObjectUnref(s.object)
		s.object = 0
	}
}

// Sniff returns up to n first bytes. They stay to be read. A source can't be
// sniffed any more once pixels were read from it.
func (s *Source) Sniff(n int) ([]byte, error) {
	var data *byte
	var got int64
	err := attempt("sniff", func() bool {
		got = vipsSourceSniff(s.object, &data, uintptr(n))
		return got >= 0
	})
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), unsafe.Slice(data, got)...), nil
}

// Length returns how many bytes the source has. A pipe is read to its end
// for that, and held.
func (s *Source) Length() (int64, error) {
	var n int64
	err := attempt("length", func() bool {
		n = vipsSourceLength(s.object)
		return n >= 0
	})
	return n, err
}

// Map returns all of the source's bytes. A pipe is read to its end for that,
// and held. The bytes are libvips' own: they must not be changed, nor used
// once the source is closed.
func (s *Source) Map() ([]byte, error) {
	var data *byte
	var n uintptr
	err := attempt("map", func() bool {
		data = vipsSourceMap(s.object, &n)
		return data != nil
	})
	if err != nil {
		return nil, err
	}
	return unsafe.Slice(data, n), nil
}

// goString copies a C string.
func goString(address uintptr) string {
	if address == 0 {
		return ""
	}
	n := 0
	for *(*byte)(pointer(address + uintptr(n))) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(pointer(address)), n))
}
