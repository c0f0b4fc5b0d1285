// Package edge holds the edge function, viewer_request.js, and runs it.
//
// On AWS, CloudFront runs it. Here QuickJS does, for the local service and
// for tests. QuickJS knows more JavaScript than CloudFront's engine: that the
// source keeps to less is what the tests under njs show.
package edge

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"modernc.org/quickjs"

	"primrose/functions/internal/options"
)

//go:embed viewer_request.js
var source string

// Stage is what differs between the functions of two stages. The zero value
// serves any width, and asks for no signatures.
type Stage struct {
	Keys     []string       // ids of the keys by one of which a URL must be signed; none: it need not be
	Imgix    bool           // whether it may be signed as [signature.Imgix] says, too
	Optional bool           // whether it need not be signed all the same; one that is must be so well
	Widths   options.Ladder // to which sizes are rounded; none: any size is served

	// Store is the KeyValueStore, with the keys' secrets by [signature.StoreKey], and presets by their names
	// behind "preset.".
	Store func(key string) (value string, ok bool)
}

// Lines of the source that something takes the place of.
const (
	tableLine = "const table = '';"
	stageLine = "const stage = {};"
)

// Source returns the stage's function with the options' table in it, as it is
// before it is minified.
func (s Stage) Source() string {
	return strings.NewReplacer(
		tableLine, "const table = "+script(options.Packed())+";",
		stageLine, "const stage = "+script(s.settings())+";",
	).Replace(source)
}

// settings are the stage as the function has it.
func (s Stage) settings() map[string]any {
	settings := map[string]any{}
	if len(s.Keys) > 0 || s.Imgix {
		settings["signing"], settings["keys"] = "required", append([]string{}, s.Keys...)
		if s.Optional {
			settings["signing"] = "optional"
		}
	}
	if s.Imgix {
		settings["imgix"] = true
	}
	if len(s.Widths) > 0 {
		settings["widths"] = s.Widths
	}
	return settings
}

// script writes a value in JavaScript.
func script(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // text and numbers always marshal
	}
	return string(text)
}

// Limits of one call. CloudFront allows 2 MB, of a leaner engine, and about a
// millisecond; these only keep a defect from hanging the local service.
const (
	maxMemory = 16 << 20
	maxTime   = 5 * time.Second
)

// Request is what the function is told of a viewer's request.
type Request struct {
	Method   string
	URI      string // the path as sent, percent-encoded
	RawQuery string // the query as sent, without its question mark
	Header   http.Header
}

// Result is what the function makes of a request: either the request
// rewritten, or a response of its own.
type Result struct {
	URI      string      // of the rewritten request
	Header   http.Header // of the rewritten request
	Response *Response   // nil where the request goes on
}

// Response is what the function answers by itself.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Function is a running edge function. It is safe for concurrent use.
type Function struct {
	program program
	mu      sync.Mutex
	vm      *quickjs.VM
}

// New starts a stage's edge function.
func New(stage Stage) (*Function, error) { return Start(stage.Source(), stage.Store) }

// Start starts the edge function whose source this is, as a template holds it:
// made for a stage and minified. The store is as in [Stage].
func Start(source string, store func(key string) (value string, ok bool)) (*Function, error) {
	p := program{source, store}
	vm, err := p.start()
	if err != nil {
		return nil, err
	}
	return &Function{program: p, vm: vm}, nil
}

func (p program) start() (*quickjs.VM, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, fmt.Errorf("edge: start QuickJS: %w", err)
	}
	vm.SetMemoryLimit(maxMemory)
	if err := errors.Join(vm.SetEvalTimeout(maxTime), p.load(vm)); err != nil {
		vm.Close()
		return nil, fmt.Errorf("edge: load the function: %w", err)
	}
	return vm, nil
}

// Handle runs the function on one request. An error is a defect of the
// function; bad requests are answered by a [Response].
func (f *Function) Handle(r Request) (Result, error) {
	event, err := json.Marshal(newEvent(r))
	if err != nil {
		return Result{}, fmt.Errorf("edge: encode event: %w", err)
	}
	text, err := f.call(string(event))
	if err != nil {
		return Result{}, fmt.Errorf("edge: handle %q: %w", r.URI, err)
	}
	var out outcome
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return Result{}, fmt.Errorf("edge: decode outcome: %w", err)
	}
	return out.result(), nil
}

// call runs the function in the machine, and replaces a machine that failed:
// it may be out of memory.
func (f *Function) call(event string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.vm == nil {
		vm, err := f.program.start()
		if err != nil {
			return "", err
		}
		f.vm = vm
	}
	text, err := run(f.vm, event)
	if err != nil {
		f.vm.Close()
		f.vm = nil
	}
	return text, err
}

// Close frees the function's memory.
func (f *Function) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.vm == nil {
		return nil
	}
	err := f.vm.Close()
	f.vm = nil
	return err
}
