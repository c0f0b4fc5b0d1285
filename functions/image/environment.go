package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/engine"
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
	jailName      = "PRIMROSE_JAIL"       // required or degraded: whether variants are made where the worker's jail isn't whole; optional
	serviceName   = "PRIMROSE_SERVICE"    // who counts, see package metric; optional: without it, nobody does
)

// longest is how many seconds Lambda lets any function run.
const longest = 900

// environment is the function's configuration.
type environment struct {
	originals string
	variants  string
	limits    engine.Limits
	deadline  time.Duration
	jailed    bool // no variants but from a whole jail
	service   metric.Service
}

// parseEnvironment returns the configuration, or all that is wrong with it.
func parseEnvironment(get func(name string) string) (environment, error) {
	p := parser{get: get}
	e := environment{
		originals: p.required(originalsName),
		variants:  p.required(variantsName),
		limits: engine.Limits{
			Bytes:  p.integer(maxBytesName, engine.DefaultLimits.Bytes, math.MaxInt64),
			Pixels: p.integer(maxPixelsName, engine.DefaultLimits.Pixels, math.MaxInt64),
			Frames: int(p.integer(maxFramesName, int64(engine.DefaultLimits.Frames), math.MaxInt32)),
		},
		deadline: time.Duration(p.integer(deadlineName, int64(worker.DefaultDeadline/time.Second), longest)) * time.Second,
		jailed:   p.jail(),
		service:  metric.Service(get(serviceName)),
	}
	p.decoders(&e.limits)
	return e, errors.Join(p.errs...)
}

// parser gathers the errors of several variables.
type parser struct {
	get  func(name string) string
	errs []error
}

func (p *parser) fail(name, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(name+" "+format, args...))
}

func (p *parser) required(name string) string {
	value := p.get(name)
	if value == "" {
		p.fail(name, "is not set: it must name a bucket")
	}
	return value
}

// integer reads a number from 1 to most.
func (p *parser) integer(name string, missing, most int64) int64 {
	value := p.get(name)
	if value == "" {
		return missing
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || n > most {
		p.fail(name, "is %q: it must be an integer from 1 to %d", value, most)
	}
	return n
}

// jail reports whether a whole one is required.
func (p *parser) jail() bool {
	switch value := p.get(jailName); value {
	case "required":
		return true
	case "degraded", "":
	default:
		p.fail(jailName, "is %q: it must be required or degraded", value)
	}
	return false
}

func (p *parser) decoders(limits *engine.Limits) {
	value := p.get(decodersName)
	if value == "" {
		return
	}
	for decoder := range strings.SplitSeq(value, ",") {
		if !limits.Enable(decoder) {
			p.fail(decodersName, "lists %q: it may list tiff and svg, separated by a comma", decoder)
		}
	}
}
