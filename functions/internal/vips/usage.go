package vips

import "sync/atomic"

// Usage is what libvips holds at a moment, by its own counters.
type Usage struct {
	Objects     int   // images, sources, operations …
	Allocations int   // buffers of pixels
	Memory      int64 // bytes in these
	Files       int   // open descriptors
}

// Used returns what libvips holds now.
func Used() Usage {
	objects.Store(0)
	vipsObjectMap(counter, 0, 0)
	return Usage{
		Objects:     int(objects.Load()),
		Allocations: int(vipsTrackedAllocs()),
		Memory:      int64(vipsTrackedMem()),
		Files:       int(vipsTrackedFiles()),
	}
}

var (
	objects atomic.Int64
	counter uintptr // count, for C: such a thing can never be freed, so there is one
)

func count(_, _, _ uintptr) uintptr {
	objects.Add(1)
	return 0
}
