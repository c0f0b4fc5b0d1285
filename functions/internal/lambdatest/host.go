// Package lambdatest runs a function's bootstrap as Lambda would, for tests:
// it is the other side of the Runtime API, and the box that the function is in.
//
// It answers what AWS's own emulator answers to the same behaviour: results,
// errors, panics, exits, timeouts, and results that are too large. Streamed
// answers are taken without that limit.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdatest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what is run, and how.
type Config struct {
	Name      string            // whose usage it is, such as the test's
	Bootstrap string            // path of the executable; its folder is the task's root
	Env       map[string]string // the function's; nothing is inherited
	Given     map[string]string // what Lambda gives besides, such as credentials; the function's limit does not count it
	Authority string            // file of the certificates that the function's AWS clients trust besides; "" means none
	Self      Self              // what the function is told of itself
	Memory    int64             // bytes, of all processes together; 0 means [Memory]
	Timeout   time.Duration     // of one invocation; 0 means Lambda's default of 3 s
	Init      time.Duration     // until a process asks for its first event; 0 means [MaxInit]
	Begin     func(id string)   // is told of each invocation before the function is; may be nil
	Log       func(line string) // takes what the process writes; may be nil
}

// Self is what a function is told of itself. What is empty is a test's.
type Self struct {
	ARN       string
	Name      string
	Version   string
	LogGroup  string
	LogStream string
}

// Result is what the caller of Lambda gets.
type Result struct {
	ID     string        // of the invocation; "" if there was none
	Status int           // of the call: 200 even if the function reports an error
	Body   []byte        // the function's answer, or an error
	Error  *Error        // nil if the invocation succeeded; Body is then partial or an error's JSON
	Took   time.Duration // from the call, a start included
}

// Error is how an invocation failed.
type Error struct {
	Type    string `json:"errorType,omitempty"`
	Message string `json:"errorMessage"`
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Host runs one process, an invocation at a time, and starts a new one when
// it has ended.
type Host struct {
	config Config
	box    box
	usage  *Usage

	mu      sync.Mutex // held for an invocation
	process *process

	current sync.Map     // invocation by id
	group   atomic.Int64 // of the processes; 0 before the first
}

// New returns a host. The process is started by the first invocation, and
// killed by [Host.Stop].
func New(config Config) (*Host, error) {
	bootstrap, err := filepath.Abs(config.Bootstrap)
	if err != nil {
		return nil, err
	}
	config.Bootstrap = bootstrap
	if err := Fits(config.Env); err != nil {
		return nil, err
	}
	config.Timeout = cmp.Or(config.Timeout, 3*time.Second)
	config.Init = cmp.Or(config.Init, MaxInit)
	config.Memory = cmp.Or(config.Memory, Memory)
	config.Self = config.Self.or(Self{
		ARN: "arn:aws:lambda:us-east-1:000000000000:function:test", Name: "test", Version: "$LATEST",
		LogGroup: "/aws/lambda/test", LogStream: "2026/01/01/[$LATEST]00000000000000000000000000000000",
	})
	if config.Begin == nil {
		config.Begin = func(string) {}
	}
	if config.Log == nil {
		config.Log = func(string) {}
	}
	box := theBox()
	box.most, box.authority = config.Memory, config.Authority
	return &Host{config: config, box: box, usage: usages.open(config.Name, config.Memory)}, nil
}

func (s Self) or(other Self) Self {
	return Self{
		ARN: cmp.Or(s.ARN, other.ARN), Name: cmp.Or(s.Name, other.Name), Version: cmp.Or(s.Version, other.Version),
		LogGroup: cmp.Or(s.LogGroup, other.LogGroup), LogStream: cmp.Or(s.LogStream, other.LogStream),
	}
}

// Fits checks the variables as Lambda does when a function is configured.
func Fits(env map[string]string) error {
	text, err := json.Marshal(env)
	if err == nil && len(text) > MaxEnvironment {
		err = fmt.Errorf("lambdatest: the environment has %d bytes: Lambda takes %d", len(text), MaxEnvironment)
	}
	return err
}

// Usage returns what the processes took so far.
func (h *Host) Usage() Usage { return usages.read(h.usage) }

// Stop kills the process. The next invocation is a cold start.
func (h *Host) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stop()
}

// Invoke calls the function and takes its answer whole.
func (h *Host) Invoke(ctx context.Context, event []byte) (Result, error) {
	return h.invoke(ctx, event, MaxBuffered)
}

// Stream calls the function and takes its answer as a stream, as API Gateway
// does in the transfer mode STREAM.
func (h *Host) Stream(ctx context.Context, event []byte) (Result, error) {
	return h.invoke(ctx, event, -1)
}

// Pid returns the process's id, 0 if there is none.
func (h *Host) Pid() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process == nil {
		return 0
	}
	return h.process.command.Process.Pid
}

func (h *Host) invoke(ctx context.Context, event []byte, limit int64) (Result, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	begin := time.Now()
	switch {
	case !json.Valid(event):
		return Result{}, errors.New("lambdatest: the event is no JSON")
	case len(event) >= MaxEvent:
		return failure(http.StatusRequestEntityTooLarge, &Error{
			Type:    "RequestEntityTooLargeException",
			Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", MaxEvent),
		}), nil
	}
	i := h.newInvocation(event, limit)
	defer h.current.Delete(i.id)
	h.config.Begin(i.id)
	if err := h.begin(i); err != nil {
		return Result{}, err
	}
	result, err := h.outcome(ctx, i)
	result.ID, result.Took = i.id, time.Since(begin)
	if h.process != nil {
		h.process.settle()
		usages.note(h.usage, Usage{Memory: h.process.group.peak(), Files: h.box.files(h.process.command.Process.Pid)})
	}
	return result, err
}

// begin hands the invocation to a process that is idle. One that ended after
// its last answer is replaced.
func (h *Host) begin(i *invocation) error {
	for fresh := false; ; fresh = true {
		if h.process == nil {
			if err := h.start(); err != nil {
				return err
			}
			fresh = true
		}
		var late <-chan time.Time
		if fresh {
			late = time.After(h.config.Init)
		}
		select {
		case h.process.next <- i:
			if fresh {
				usages.note(h.usage, Usage{Init: time.Since(h.process.begun)})
			}
			return nil
		case <-late:
			i.finish(failure(http.StatusOK, &Error{Type: "Sandbox.Timedout", Message: fmt.Sprintf("Init timed out after %.2f seconds", h.config.Init.Seconds())}))
			h.stop()
			return nil
		case <-h.process.exited:
			if fresh {
				i.finish(h.process.exit(i.id))
				h.process = nil
				return nil
			}
			h.process = nil
		case r := <-h.process.initError:
			i.finish(r)
			h.stop()
			return nil
		}
	}
}

// outcome waits for how the invocation ends.
func (h *Host) outcome(ctx context.Context, i *invocation) (Result, error) {
	timeout := time.NewTimer(h.config.Timeout)
	defer timeout.Stop()
	var exited <-chan struct{}
	if h.process != nil {
		exited = h.process.exited
	}
	select {
	case r := <-i.done:
		return r, nil
	case <-exited:
		select {
		case r := <-i.done: // it answered, then ended
			return r, nil
		default:
		}
		r := h.process.exit(i.id)
		h.process = nil
		return r, nil
	case <-timeout.C:
		h.stop()
		return failure(http.StatusOK, &Error{Message: fmt.Sprintf("%s %s Task timed out after %.2f seconds", time.Now().UTC().Format(time.RFC3339Nano), i.id, h.config.Timeout.Seconds())}), nil
	case <-ctx.Done():
		h.stop()
		return Result{}, ctx.Err()
	}
}

func failure(status int, e *Error) Result {
	body, _ := json.Marshal(e) // two strings always marshal
	return Result{Status: status, Body: body, Error: e}
}
