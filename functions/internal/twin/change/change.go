// Package change is what follows in AWS from an object that changed: S3 tells
// EventBridge, whose rules put it into queues, which Lambda empties into
// functions.
package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// Functions are what queues are emptied into.
type Functions interface {
	Invoke(ctx context.Context, name string, event []byte) (function.Result, error)
	Role(name string) (role string, timeout time.Duration, err error)
}

// Permissions say who may do what. An [identity.Directory] knows.
type Permissions interface {
	Allows(principal, action, resource string, context identity.Context, attached ...identity.Document) bool
}

// Clock is by which messages are hidden, held back and collected.
type Clock interface {
	Now() time.Time
	Wait(ctx context.Context, until time.Time) error
}

// Config is what a chain finds in the region besides its stack.
type Config struct {
	Functions   Functions
	Permissions Permissions
	Clock       Clock
}

// Chain are a stack's rules, queues and what empties them. Its methods may be
// called at any time.
type Chain struct {
	config  Config
	region  string
	account string
	rules   []rule
	queues  []*queue
	polling []*mapping
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New makes a stack's chain, which runs until it is closed.
func New(stack *template.Stack, config Config) (*Chain, error) {
	c := &Chain{config: config, region: stack.Region, account: stack.Account}
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	if err := errors.Join(c.addQueues(stack), c.addPolicies(stack)); err != nil {
		return nil, err
	}
	var err error
	c.polling, err = c.mappings(stack)
	if err := errors.Join(err, c.addRules(stack)); err != nil {
		return nil, err
	}
	for _, m := range c.polling {
		c.running.Go(func() { m.run(ctx) })
	}
	return c, nil
}

// Close stops what runs, and waits for it.
func (c *Chain) Close() {
	c.stop()
	c.running.Wait()
}

// queue finds one by a property of it.
func (c *Chain) queue(is func(*queue) bool) *queue {
	if at := slices.IndexFunc(c.queues, is); at >= 0 {
		return c.queues[at]
	}
	return nil
}

func (c *Chain) queueByARN(arn string) *queue {
	return c.queue(func(q *queue) bool { return q.arn == arn })
}

func (c *Chain) queueByURL(url string) *queue {
	return c.queue(func(q *queue) bool { return q.url == url })
}

// Messages are the bodies of all that a queue holds, by its ARN or URL: what
// can be received, what has been, and what is held back.
func (c *Chain) Messages(queue string) ([]string, error) {
	q := c.queueByARN(queue)
	if q == nil {
		q = c.queueByURL(queue)
	}
	if q == nil {
		return nil, fmt.Errorf("there is no queue %s", queue)
	}
	return q.bodies(), nil
}

// link is what policies may ask of a connection: AWS's services reach each
// other by TLS.
func link(context identity.Context) identity.Context {
	context["aws:SecureTransport"] = "true"
	return context
}
