// Package purge removes the variants of originals that were replaced or
// deleted, from their bucket and from CloudFront.
//
// A purge sweeps twice. The first sweep follows the change at once. It cannot
// be the last: an image function that had read the old bytes before may store
// its variant, or answer with it, just afterwards. So the first sweep leaves a
// message that comes back when every such invocation has ended, and the second
// sweep finds all that they left. Each deletes first and invalidates then, or
// CloudFront would fetch again what is about to go.
//
// Variants upon which the original was laid lie under other keys. Notes lead to
// them, which are made before them, and again if the original changed meanwhile;
// so one of the sweeps finds them.
//
// A variant can always be made again, so too many sweeps do no harm: messages
// may come twice, late or out of order. A message is done when everything that
// it asks for is; until then the queue delivers it again.
package purge

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"primrose/functions/internal/metric"
	"primrose/functions/internal/variant"
)

// Originals is the bucket of the originals.
type Originals interface {
	// HasOnly reports whether the version is all that the bucket holds of the
	// key. A bucket without versions never does.
	HasOnly(ctx context.Context, key, version string) (bool, error)
}

// Variants is the bucket of the variants.
type Variants interface {
	// Sweep deletes what lies under the prefix, and before that what the keys
	// there lead to. It returns how many objects it has deleted, even if it
	// fails on the way.
	Sweep(ctx context.Context, prefix string, leads func(key string) (to string, ok bool)) (int, error)
}

// Edge is what caches answers.
type Edge interface {
	// Invalidate forgets all answers that have one of the tags. The same
	// reference, with the same tags, is the same invalidation.
	Invalidate(ctx context.Context, reference string, tags []string) error
}

// Queue is where messages come from.
type Queue interface {
	// Postpone has messages with these bodies come when all that began before
	// now has settled.
	Postpone(ctx context.Context, bodies []string) error
}

// Config is what a [Purger] needs.
type Config struct {
	Bucket    string // the originals' name; events of another are refused
	Originals Originals
	Variants  Variants
	Edge      Edge // nil: answers stay cached until they expire
	Queue     Queue
	Drain     time.Duration  // between the second sweep and its invalidation; see [Drain]
	Log       *slog.Logger   // nil means [slog.Default]
	Service   metric.Service // counts what is purged
}

// Drain is how long CloudFront may take to receive a stored variant whose
// fetching began before the variant was deleted. The first sweep needs no such
// pause, because a second one follows.
const Drain = 5 * time.Second

// Purger purges what a batch of messages names.
type Purger struct{ Config }

// New returns a purger.
func New(config Config) *Purger {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Purger{config}
}

// Purge does what the messages ask for, and returns the IDs of those that must
// be delivered again.
func (p *Purger) Purge(ctx context.Context, messages []Message) (failed []string) {
	ctx, cancel := early(ctx, report)
	defer cancel()
	sweeping, cancel := early(ctx, finish)
	defer cancel()
	changes := p.read(ctx, messages)
	p.leaveNew(sweeping, changes)
	sweeps := group(changes)
	p.sweep(sweeping, sweeps)
	p.drain(ctx, sweeps)
	p.invalidate(ctx, sweeps)
	p.postpone(ctx, sweeps)
	return p.failed(ctx, changes, sweeps)
}

// What is kept of the function's time, which should be minutes. A key with very
// many variants takes several deliveries; those that share a batch with it must
// not.
const (
	report = 2 * time.Second  // to say what was not done
	finish = 15 * time.Second // before that, to invalidate and postpone what was swept
)

// early ends with ctx, or so much before its deadline.
func early(ctx context.Context, before time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-before))
}

// read takes the messages apart. Nobody can do anything about one that is
// malformed, so it goes the way of all that fail: to the queue of dead letters.
func (p *Purger) read(ctx context.Context, messages []Message) []*change {
	changes := make([]*change, len(messages))
	for i, m := range messages {
		c, err := parse(m.Body, p.Bucket)
		if err != nil {
			p.Log.ErrorContext(ctx, "message not understood", "messageId", m.ID, "error", err.Error())
		}
		c.message, c.err = m.ID, err
		changes[i] = &c
	}
	return changes
}

// fresh is how old an event may be for its version to be told new by being the
// only one: a lifecycle rule keeps the versions before for at least a day.
const fresh = 24 * time.Hour

// leaveNew drops the keys of originals that never were before: most uploads.
// They have no variants, and an invalidation is paid for.
func (p *Purger) leaveNew(ctx context.Context, changes []*change) {
	each(changes, func(c *change) {
		if c.created == "" || time.Since(c.at) >= fresh {
			return
		}
		for _, key := range c.keys {
			isNew, err := p.Originals.HasOnly(ctx, key, c.created)
			if err != nil {
				p.Log.WarnContext(ctx, "purge is tried again", "key", key, "error", err.Error())
				c.err = err
				return
			}
			if isNew {
				c.keys = nil
				return
			}
		}
	})
}

// sweep is what a batch has to do about one key, however many messages name it.
type sweep struct {
	key     string
	changes []*change
	first   bool // another has to follow
	last    bool // what is deleted now may be on its way to the edge
	deleted int
	err     error
}

func group(changes []*change) []*sweep {
	var sweeps []*sweep
	byKey := map[string]*sweep{}
	for _, c := range changes {
		if c.err != nil {
			continue
		}
		for _, key := range c.keys {
			s := byKey[key]
			if s == nil {
				s = &sweep{key: key}
				byKey[key] = s
				sweeps = append(sweeps, s)
			}
			s.changes = append(s.changes, c)
			s.first = s.first || !c.settled
			s.last = s.last || c.settled
		}
	}
	return sweeps
}

// sweep deletes the variants. A key with many does not keep the others waiting.
func (p *Purger) sweep(ctx context.Context, sweeps []*sweep) {
	each(sweeps, func(s *sweep) {
		begin := time.Now()
		prefix, _ := variant.Prefix(s.key)
		s.deleted, s.err = p.Variants.Sweep(ctx, prefix, variant.Noted)
		p.Log.InfoContext(ctx, "swept", "key", s.key, "variants", s.deleted, "first", s.first, "last", s.last, "whole", s.err == nil,
			"ms", time.Since(begin).Milliseconds(), p.Service.Count(metric.PurgedVariants, s.deleted))
	})
}

func (p *Purger) drain(ctx context.Context, sweeps []*sweep) {
	if !slices.ContainsFunc(sweeps, func(s *sweep) bool { return s.last && s.deleted > 0 }) {
		return
	}
	select {
	case <-time.After(p.Drain):
	case <-ctx.Done():
	}
}

// invalidate has the edge forget all that was swept, in one request.
func (p *Purger) invalidate(ctx context.Context, sweeps []*sweep) {
	done := whole(sweeps)
	if p.Edge == nil || len(done) == 0 {
		return
	}
	var tags, ids []string
	for _, s := range done {
		tags = append(tags, variant.Tag(s.key))
		for _, c := range s.changes {
			ids = append(ids, c.message)
		}
	}
	slices.Sort(tags)
	if err := p.Edge.Invalidate(ctx, reference(tags, ids), tags); err != nil {
		fail(done, fmt.Errorf("invalidate: %w", err))
		return
	}
	p.Log.InfoContext(ctx, "invalidated", "tags", len(tags), p.Service.Count(metric.Invalidations, len(tags)))
}

// reference names the invalidation of the tags that these messages ask for, so
// that a request that is sent again is not paid for again. A message that is
// delivered again gets no second invalidation either: its first one came after
// a sweep already.
func reference(tags, ids []string) string {
	slices.Sort(ids)
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q\n%q", tags, slices.Compact(ids))))
}

// postpone sees to the second sweeps.
func (p *Purger) postpone(ctx context.Context, sweeps []*sweep) {
	firsts := slices.DeleteFunc(whole(sweeps), func(s *sweep) bool { return !s.first })
	if len(firsts) == 0 {
		return
	}
	bodies := make([]string, len(firsts))
	for i, s := range firsts {
		bodies[i] = settled(s.key)
	}
	if err := p.Queue.Postpone(ctx, bodies); err != nil {
		fail(firsts, fmt.Errorf("postpone the second sweep: %w", err))
	}
}

// failed returns the messages whose work is not done, and logs why.
func (p *Purger) failed(ctx context.Context, changes []*change, sweeps []*sweep) []string {
	for _, s := range sweeps {
		if s.err == nil {
			continue
		}
		p.Log.WarnContext(ctx, "purge is tried again", "key", s.key, "error", s.err.Error())
		for _, c := range s.changes {
			c.err = s.err
		}
	}
	var ids []string
	for _, c := range changes {
		if c.err != nil {
			ids = append(ids, c.message)
		}
	}
	return ids
}

// whole returns the sweeps that have not failed.
func whole(sweeps []*sweep) []*sweep {
	return slices.DeleteFunc(slices.Clone(sweeps), func(s *sweep) bool { return s.err != nil })
}

func fail(sweeps []*sweep, err error) {
	for _, s := range sweeps {
		s.err = err
	}
}

// atOnce is how many keys are worked on at the same time.
const atOnce = 4

// each calls do with every item.
func each[T any](items []T, do func(T)) {
	var working sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, item := range items {
		free <- struct{}{}
		working.Go(func() {
			defer func() { <-free }()
			do(item)
		})
	}
	working.Wait()
}
