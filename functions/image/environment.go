package main

import (
	"math"
	"strings"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/environment"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/worker"
)

// What the function is told by its environment.
const (
	originalsName = "PRIMROSE_ORIGINALS"  // bucket of the originals
	variantsName  = "PRIMROSE_VARIANTS"   // bucket of the variants
	maxBytesName  = "PRIMROSE_MAX_BYTES"  // of an original; optional
	maxPixelsName = "PRIMROSE_MAX_PIXELS" // of an original or a variant; optional
	maxFramesName = "PRIMROSE_MAX_FRAMES" // of an original; optional
	decodersName  = "PRIMROSE_DECODERS"   // comma-separated formats, read besides the usual: tiff, svg; optional
	deadlineName  = "PRIMROSE_DEADLINE"   // seconds that one image may take; optional
	jobsName      = "PRIMROSE_JOBS"       // images after which a worker is replaced; optional: without it, never
	jailName      = "PRIMROSE_JAIL"       // required or degraded: whether variants are made where the worker's jail isn't whole; optional
	serviceName   = "PRIMROSE_SERVICE"    // who counts, see package metric; optional: without it, nobody does
)

// longest is how many seconds Lambda lets any function run.
const longest = 900

// settings are the function's configuration.
type settings struct {
	originals string
	variants  string
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
		limits: engine.Limits{
			Bytes:  r.Integer(maxBytesName, engine.DefaultLimits.Bytes, math.MaxInt64),
			Pixels: r.Integer(maxPixelsName, engine.DefaultLimits.Pixels, math.MaxInt64),
			Frames: int(r.Integer(maxFramesName, int64(engine.DefaultLimits.Frames), math.MaxInt32)),
		},
		deadline: time.Duration(r.Integer(deadlineName, int64(worker.DefaultDeadline/time.Second), longest)) * time.Second,
		jobs:     int(r.Integer(jobsName, math.MaxInt32, math.MaxInt32)),
		jailed:   r.jail(),
		service:  metric.Service(get(serviceName)),
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
