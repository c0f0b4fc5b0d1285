package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
type mappingProperties struct {
	BatchSize                      int   // 0 means 10
	Enabled                        *bool // nil means true
	EventSourceArn                 string
	FunctionName                   string
	FunctionResponseTypes          []string
	MaximumBatchingWindowInSeconds int
	ScalingConfig                  struct{ MaximumConcurrency int } // 0 means no limit
}

// mapping empties a queue into a function.
type mapping struct {
	mappingProperties
	chain *Chain
	queue *queue
	slots chan struct{}

	resting atomic.Pointer[rest] // nil while it works
}

// mappings are those that poll. One whose function's role may not is there,
// and hands out nothing: AWS would refuse to make it.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
func (c *Chain) mappings(stack *template.Stack) ([]*mapping, error) {
	all, err := template.All[mappingProperties](stack, "AWS::Lambda::EventSourceMapping")
	if err != nil {
		return nil, err
	}
	var polling []*mapping
	var errs []error
	for _, t := range all {
		m := &mapping{mappingProperties: t.Properties, chain: c, queue: c.queueByARN(t.Properties.EventSourceArn)}
		role, err := m.check()
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t, err))
			continue
		}
		if (m.Enabled == nil || *m.Enabled) && m.mayPoll(role) {
			polling = append(polling, m)
		}
	}
	return polling, errors.Join(errs...)
}

// check finds what Lambda would refuse, and returns the function's role.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
func (m *mapping) check() (role string, err error) {
	m.BatchSize = cmp.Or(m.BatchSize, 10)
	role, timeout, err := m.chain.config.Functions.Role(m.FunctionName)
	const unlimited = 1000
	limit := cmp.Or(m.ScalingConfig.MaximumConcurrency, unlimited)
	m.slots = make(chan struct{}, limit)
	switch {
	case err != nil:
		return "", err
	case m.queue == nil:
		return "", fmt.Errorf("there is no queue %s", m.EventSourceArn)
	case m.BatchSize < 1 || m.BatchSize > 10_000:
		return "", fmt.Errorf("BatchSize is %d; it may be 1 to 10,000", m.BatchSize)
	case m.MaximumBatchingWindowInSeconds < 0 || m.MaximumBatchingWindowInSeconds > 300:
		return "", fmt.Errorf("MaximumBatchingWindowInSeconds is %d; it may be 0 to 300", m.MaximumBatchingWindowInSeconds)
	case m.BatchSize > 10 && m.MaximumBatchingWindowInSeconds == 0:
		return "", errors.New("more than 10 messages a batch need a batching window")
	case limit < 2 || limit > 1000:
		return "", fmt.Errorf("MaximumConcurrency is %d; it may be 2 to 1000", limit)
	case m.queue.visibility < timeout:
		return "", fmt.Errorf("the queue's visibility timeout, %v, is less than the function's timeout, %v", m.queue.visibility, timeout)
	case slices.ContainsFunc(m.FunctionResponseTypes, func(t string) bool { return t != reportsFailures }):
		return "", fmt.Errorf("FunctionResponseTypes are %q; only %s is understood", m.FunctionResponseTypes, reportsFailures)
	}
	return role, nil
}

// mayPoll reports whether the function's role may do what Lambda does in its
// name.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#events-sqs-permissions
func (m *mapping) mayPoll(role string) bool {
	for _, action := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} {
		if !m.chain.config.Permissions.Allows(role, action, m.queue.arn, link(identity.Context{}), m.queue.policies...) {
			return false
		}
	}
	return true
}

// run hands out batches until ctx is done. It waits for what it has begun.
func (m *mapping) run(ctx context.Context) {
	for {
		batch := m.collect(ctx)
		if ctx.Err() != nil {
			return
		}
		select {
		case m.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		m.chain.running.Go(func() {
			defer func() { <-m.slots }()
			m.handOut(ctx, batch)
		})
	}
}

// collect receives messages until a batch is full or its window is over, which
// begins when the first of them could be received.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
func (m *mapping) collect(ctx context.Context) (batch []message) {
	window := time.Duration(m.MaximumBatchingWindowInSeconds) * time.Second
	for ctx.Err() == nil {
		batch = append(batch, m.queue.receive(m.BatchSize-len(batch), m.queue.visibility)...)
		until, changed := m.queue.next()
		if len(batch) > 0 {
			closing := batch[0].ready.Add(window)
			if len(batch) == m.BatchSize || !m.chain.config.Clock.Now().Before(closing) {
				break
			}
			if closing.Before(until) {
				until = closing
			}
		}
		m.wait(ctx, until, changed)
	}
	return batch
}

// wait returns when it is time, or the queue has changed.
func (m *mapping) wait(ctx context.Context, until time.Time, changed <-chan struct{}) {
	m.resting.Store(&rest{until, changed})
	defer m.resting.Store(nil)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-changed:
			cancel()
		case <-ctx.Done():
		}
	}()
	m.chain.config.Clock.Wait(ctx, until)
}
