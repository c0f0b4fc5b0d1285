// Package edge holds the edge function, viewer_request.js, and runs it.
//
// On AWS, CloudFront runs it. Here QuickJS does, for the local service and
// for tests. QuickJS knows more JavaScript than CloudFront's engine: that the
// source keeps to less is what the tests under njs show.
package edge

import (
	_ "embed"
	"encoding/json"
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

// tableLine is the line of the source that the options' table takes the place of.
const tableLine = "const table = '';"

// Source returns the function's source with the options' table in it, as it
// is before it is minified.
func Source() string {
	table, err := json.Marshal(options.Bare())
	if err != nil {
		panic(err) // text always marshals
	}
	return strings.Replace(source, tableLine, "const table = "+string(table)+";", 1)
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
	mu sync.Mutex
	vm *quickjs.VM
}

// New starts the edge function.
func New() (*Function, error) {
	vm, err := start()
	if err != nil {
		return nil, err
	}
	return &Function{vm: vm}, nil
}

// call makes one event of plain JSON: CloudFront's own has a method.
const call = `
function call(text) {
  const event = JSON.parse(text);
  const rawQuery = event.rawQuery;
  event.request.rawQueryString = () => rawQuery;
  return JSON.stringify(handler(event));
}`

func start() (*quickjs.VM, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, fmt.Errorf("edge: start QuickJS: %w", err)
	}
	vm.SetMemoryLimit(maxMemory)
	if err := vm.SetEvalTimeout(maxTime); err != nil {
		return nil, fmt.Errorf("edge: limit QuickJS: %w", err)
	}
	if _, err := vm.Eval(Source()+call, quickjs.EvalGlobal); err != nil {
		return nil, fmt.Errorf("edge: load viewer_request.js: %w", err)
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
		vm, err := start()
		if err != nil {
			return "", err
		}
		f.vm = vm
	}
	value, err := f.vm.Call("call", event)
	if err != nil {
		f.vm.Close()
		f.vm = nil
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("returned %T", value)
	}
	return text, nil
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
