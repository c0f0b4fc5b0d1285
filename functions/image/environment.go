package main

import (
	"math"
	"strings"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/environment"
	"primrose/functions/internal/key"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/worker"
)

// What the function is told by its environment.
const (
	originalsName  = "PRIMROSE_ORIGINALS"  // bucket of the originals
	variantsName   = "PRIMROSE_VARIANTS"   // bucket of the variants
	fallbackName   = "PRIMROSE_FALLBACK"   // key of the original that is shown in place of missing ones; optional: without it, none is
	playgroundName = "PRIMROSE_PLAYGROUND" // open or signed: the page to try options on is served, and signs what it asks for; optional: without it, it isn't
	decodersName   = "PRIMROSE_DECODERS"   // comma-separated formats, read besides the usual: tiff, svg; optional
	deadlineName   = "PRIMROSE_DEADLINE"   // seconds that one image may take; optional
	jobsName       = "PRIMROSE_JOBS"       // images after which a worker is replaced; optional: without it, never
	jailName       = "PRIMROSE_JAIL"       // required or degraded: whether variants are made where the worker's jail isn't whole; optional
	serviceName    = "PRIMROSE_SERVICE"    // who counts, see package metric; optional: without it, nobody does

	// The limits of one image, see [engine.Limits]; all optional.
	maxBytesName         = "PRIMROSE_MAX_BYTES"
	maxPixelsName        = "PRIMROSE_MAX_PIXELS"
	maxFramesName        = "PRIMROSE_MAX_FRAMES"
	maxTotalPixelsName   = "PRIMROSE_MAX_TOTAL_PIXELS"
	maxSideName          = "PRIMROSE_MAX_SIDE"
	maxVariantSideName   = "PRIMROSE_MAX_VARIANT_SIDE"
	maxVariantPixelsName = "PRIMROSE_MAX_VARIANT_PIXELS"
	maxVariantBytesName  = "PRIMROSE_MAX_VARIANT_BYTES"
	maxMemoryName        = "PRIMROSE_MAX_MEMORY" // MiB
)

// What [playgroundName] may say.
const (
	openPage   = "open"
	signedPage = "signed"
)

// longest is how many seconds Lambda lets any function run.
const longest = 900

// settings are the function's configuration.
type settings struct {
	originals string
	variants  string
	fallback  string
	page      string // openPage, signedPage or none
	limits    engine.Limits
	deadline  time.Duration
	jobs      int  // of one worker
	jailed    bool // no variants but from a whole jail
	service   metric.Service
}

// parseEnvironment returns the configuration, or all that is wrong with it.
func parseEnvironment(get func(name string) string) (settings, error) {
	r := reader{environment.Reader{Get: get}}
	e := settings{
		originals: r.Required(originalsName, "a bucket"),
		variants:  r.Required(variantsName, "a bucket"),
		fallback:  r.fallback(),
		page:      r.page(),
		limits:    r.limits(),
		deadline:  time.Duration(r.Integer(deadlineName, int64(worker.DefaultDeadline/time.Second), longest)) * time.Second,
		jobs:      int(r.Integer(jobsName, math.MaxInt32, math.MaxInt32)),
		jailed:    r.jail(),
		service:   metric.Service(get(serviceName)),
	}
	r.decoders(&e.limits)
	return e, r.Err()
}

// reader also reads what only this function is told.
type reader struct{ environment.Reader }

// jail reports whether a whole one is required.
func (r *reader) jail() bool {
	switch value := r.Get(jailName); value {
	case "required":
		return true
	case "degraded", "":
	default:
		r.Fail(jailName, "is %q: it must be required or degraded", value)
	}
	return false
}

// fallback reads a key, or nothing.
func (r *reader) fallback() string {
	value := r.Get(fallbackName)
	if value != "" && !key.Valid(value) {
		r.Fail(fallbackName, "is %q: it must be an original's key", value)
	}
	return value
}

// page reads whether there is one to try options on.
func (r *reader) page() string {
	value := r.Get(playgroundName)
	switch value {
	case openPage, signedPage, "":
	default:
		r.Fail(playgroundName, "is %q: it must be %s or %s", value, openPage, signedPage)
	}
	return value
}

// limits reads what one image may cost.
func (r *reader) limits() engine.Limits {
	l := engine.DefaultLimits
	l.Bytes = r.Integer(maxBytesName, l.Bytes, math.MaxInt64)
	l.Pixels = r.Integer(maxPixelsName, l.Pixels, math.MaxInt64)
	l.Frames = r.small(maxFramesName, l.Frames)
	l.TotalPixels = r.Integer(maxTotalPixelsName, l.TotalPixels, math.MaxInt64)
	l.Side = r.small(maxSideName, l.Side)
	l.VariantSide = r.small(maxVariantSideName, l.VariantSide)
	l.VariantPixels = r.Integer(maxVariantPixelsName, l.VariantPixels, math.MaxInt64)
	l.VariantBytes = r.Integer(maxVariantBytesName, l.VariantBytes, worker.MaxBody)
	l.Memory = r.small(maxMemoryName, l.Memory)
	return l
}

func (r *reader) small(name string, missing int) int {
	return int(r.Integer(name, int64(missing), math.MaxInt32))
}

func (r *reader) decoders(limits *engine.Limits) {
	value := r.Get(decodersName)
	if value == "" {
		return
	}
	for decoder := range strings.SplitSeq(value, ",") {
		if !limits.Enable(decoder) {
			r.Fail(decodersName, "lists %q: it may list tiff and svg, separated by a comma", decoder)
		}
	}
}
