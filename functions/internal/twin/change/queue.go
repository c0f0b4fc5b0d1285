package change

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
type queueProperties struct {
	MessageRetentionPeriod *int64 // seconds; nil means four days
	RedrivePolicy          *struct {
		DeadLetterTargetArn string `json:"deadLetterTargetArn"`
		MaxReceiveCount     int    `json:"maxReceiveCount"`
	}
	SqsManagedSseEnabled template.NoBearing // how messages lie on SQS's disks
	VisibilityTimeout    *int64             // seconds; nil means 30
}

type queuePolicyProperties struct {
	PolicyDocument identity.Document
	Queues         []string // URLs
}

// queue is a standard queue.
type queue struct {
	name, arn, url string
	visibility     time.Duration // for which a message is whoever's has received it
	retention      time.Duration
	policies       []identity.Document
	dead           *queue // where messages go that were received too often; may be nil
	most           int    // how often one may be received
	clock          Clock

	mu       sync.Mutex
	messages []*message
	changed  chan struct{} // closed when a message was added
}

// message is one of a queue.
type message struct {
	id, handle, body, sender string
	sent, received           time.Time // received: the first time
	receives                 int
	visible                  time.Time // from when on it can be received
	ready                    time.Time // from when on it could be, before it was received
}

func (c *Chain) addQueues(stack *template.Stack) error {
	all, err := template.All[queueProperties](stack, "AWS::SQS::Queue")
	if err != nil {
		return err
	}
	for _, t := range all {
		q := &queue{name: t.Attributes["QueueName"], arn: t.ARN, url: t.Ref, clock: c.config.Clock, changed: make(chan struct{})}
		q.visibility = seconds(t.Properties.VisibilityTimeout, 30)
		q.retention = seconds(t.Properties.MessageRetentionPeriod, 345_600)
		c.queues = append(c.queues, q)
	}
	for i, t := range all {
		if redrive := t.Properties.RedrivePolicy; redrive != nil {
			q := c.queues[i]
			q.dead, q.most = c.queueByARN(redrive.DeadLetterTargetArn), redrive.MaxReceiveCount
			if q.dead == nil || q.dead == q || q.most < 1 || q.most > 1000 {
				return fmt.Errorf("%s: the redrive policy names another queue of the stack, and 1 to 1000 receives", t)
			}
		}
	}
	return nil
}

func seconds(n *int64, missing int64) time.Duration {
	if n == nil {
		n = &missing
	}
	return time.Duration(*n) * time.Second
}

func (c *Chain) addPolicies(stack *template.Stack) error {
	all, err := template.All[queuePolicyProperties](stack, "AWS::SQS::QueuePolicy")
	errs := []error{err}
	for _, p := range all {
		if err := p.Properties.PolicyDocument.OfResource(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p, err))
		}
		for _, url := range p.Properties.Queues {
			if q := c.queueByURL(url); q != nil {
				q.policies = append(q.policies, p.Properties.PolicyDocument)
			} else {
				errs = append(errs, fmt.Errorf("%s: there is no queue %s", p, url))
			}
		}
	}
	return errors.Join(errs...)
}

// send adds a message that can't be received before a delay is over.
func (q *queue) send(body string, delay time.Duration, sender string) (id string) {
	now := q.clock.Now()
	m := &message{id: lambdatest.NewID(), body: body, sender: sender, sent: now, visible: now.Add(delay)}
	q.add(m)
	return m.id
}

func (q *queue) add(m *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, m)
	close(q.changed)
	q.changed = make(chan struct{})
}

// receive hands out messages that can be received, and hides them from others
// for a while. One that was handed out too often goes to the dead letters
// instead, and one that is too old is gone.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
func (q *queue) receive(most int, hidden time.Duration) []message {
	now := q.clock.Now()
	var out []message
	var dead []*message
	q.mu.Lock()
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		switch {
		case now.Sub(m.sent) >= q.retention:
			return true
		case m.visible.After(now) || len(out) == most:
			return false
		case q.dead != nil && m.receives >= q.most:
			dead = append(dead, m)
			return true
		}
		if m.receives++; m.receives == 1 {
			m.received = now
		}
		m.ready, m.visible, m.handle = m.visible, now.Add(hidden), lambdatest.NewID()
		out = append(out, *m)
		return false
	})
	q.mu.Unlock()
	for _, m := range dead {
		q.dead.add(m) // as old as it is
	}
	return out
}

// delete forgets the message that was received with a handle.
func (q *queue) delete(handle string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.handle == handle && handle != "" })
}

// idle is for how long nothing needs to be looked at in an empty queue.
const idle = time.Hour

// next is when a message can be received, and what is closed when another is
// added.
func (q *queue) next() (at time.Time, changed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at = q.clock.Now().Add(idle)
	for _, m := range q.messages {
		if m.visible.Before(at) {
			at = m.visible
		}
	}
	return at, q.changed
}

// count says how many messages can be received, have been, and are held back.
func (q *queue) count() (visible, received, delayed int) {
	now := q.clock.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		switch {
		case !m.visible.After(now):
			visible++
		case m.receives > 0:
			received++
		default:
			delayed++
		}
	}
	return visible, received, delayed
}

func (q *queue) bodies() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []string
	for _, m := range q.messages {
		all = append(all, m.body)
	}
	return all
}
