package function

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// atOnce is how many instances of a function run at once on this machine.
// Lambda would start more; here, further events wait for one.
const atOnce = 4

// fleet are the instances of a function's version. Each has one event at a
// time, and is kept for the next.
type fleet struct {
	setting
	slots chan struct{}

	mu    sync.Mutex
	busy  int         // events, those that wait included
	idle  []*instance // the last one to become so comes last, and is the next to be used
	ended bool
}

// setting is where a function runs.
type setting struct {
	config   Config
	stack    *template.Stack
	function *function
	code     string // folder
	version  string
}

func newFleet(s setting) *fleet { return &fleet{setting: s, slots: make(chan struct{}, atOnce)} }

func (f *fleet) invoke(ctx context.Context, event []byte, call call) (lambdatest.Result, error) {
	if err := f.enter(); err != nil {
		return lambdatest.Result{}, err
	}
	defer f.leave()
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return lambdatest.Result{}, ctx.Err()
	}
	i, err := f.take()
	if err != nil {
		return lambdatest.Result{}, err
	}
	defer f.give(i)
	return i.invoke(ctx, event, call)
}

// enter counts an event, or refuses it if the function has its share already.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#reserved-and-provisioned
func (f *fleet) enter() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if most := f.function.Properties.ReservedConcurrentExecutions; most != nil && f.busy >= *most {
		return awsapi.NewFault(http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded.")
	}
	f.busy++
	return nil
}

func (f *fleet) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy--
}

// take returns an idle instance, or a new one.
func (f *fleet) take() (*instance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return nil, errors.New("the functions have been closed")
	}
	if last := len(f.idle) - 1; last >= 0 {
		i := f.idle[last]
		f.idle = f.idle[:last]
		return i, nil
	}
	return newInstance(f.setting)
}

func (f *fleet) give(i *instance) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		i.host.Stop()
		return
	}
	f.idle = append(f.idle, i)
}

// stop stops what is idle now, and the rest as soon as it is.
func (f *fleet) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	for _, i := range f.idle {
		i.host.Stop()
	}
	f.idle = nil
}
