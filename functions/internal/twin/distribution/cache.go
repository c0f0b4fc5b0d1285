package distribution

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// object is an answer in the cache. It isn't changed once it is there.
type object struct {
	*response
	key          string
	url          string // its path and, if it is told apart by it, its query: what is invalidated
	tags         []string
	stored       time.Time
	fresh, stale time.Time // until when; stale is not before fresh
	last         time.Time // when not even errors of the origin make it last
}

// cache is that of one edge, of which the twin has one. It never forgets what has not been invalidated.
type cache struct {
	mu      sync.Mutex
	objects map[string]*object
	flights map[string]chan struct{} // requests under way to origins, by what they will be kept as
}

func newCache() *cache {
	return &cache{objects: map[string]*object{}, flights: map[string]chan struct{}{}}
}

// enter finds an object by one of the keys. If it isn't fresh, or there is none, whoever entered first is
// to fetch one for the last key, and to leave then; others are given the flight to wait for.
func (c *cache) enter(keys []string, now time.Time) (found *object, flight chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found = c.best(keys, now); found.isFresh(now) {
		return found, nil
	}
	own := keys[len(keys)-1]
	if flight = c.flights[own]; flight == nil {
		c.flights[own] = make(chan struct{})
	}
	return found, flight
}

func (c *cache) leave(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.flights[key])
	delete(c.flights, key)
}

// arrived finds an object that is fresh, or came since then for whoever waited for it.
func (c *cache) arrived(keys []string, since, now time.Time) *object {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.best(keys, now)
	if found == nil || !found.isFresh(now) && found.stored.Before(since) {
		return nil
	}
	return found
}

// best is the first object that is fresh, or else the first that there is. It is called while the cache
// is locked.
func (c *cache) best(keys []string, now time.Time) (best *object) {
	for _, key := range keys {
		found := c.objects[key]
		if found.isFresh(now) {
			return found
		}
		if best == nil {
			best = found
		}
	}
	return best
}

func (c *cache) put(o *object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects[o.key] = o
}

// invalidate forgets every object that matches.
func (c *cache) invalidate(matches func(*object) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, o := range c.objects {
		if matches(o) {
			delete(c.objects, key)
		}
	}
}

func (o *object) isFresh(now time.Time) bool  { return o != nil && now.Before(o.fresh) }
func (o *object) isUsable(now time.Time) bool { return o != nil && now.Before(o.stale) }

func (o *object) age(now time.Time) time.Duration {
	own, _ := control{"age": o.header.Get("Age")}.age("age")
	return own + now.Sub(o.stored)
}

// Limits of tags. Those beyond them are passed over.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-tags.html
const (
	maxTags = 50
	maxTag  = 256
)

func tagsOf(h http.Header, name string) []string {
	if name == "" {
		return nil
	}
	var tags []string
	for tag := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
		if tag = strings.ToLower(strings.TrimSpace(tag)); isTag(tag) && len(tags) < maxTags {
			tags = append(tags, tag)
		}
	}
	return tags
}

func isTag(tag string) bool {
	return tag != "" && len(tag) <= maxTag && !strings.ContainsFunc(tag, func(r rune) bool { return r < 33 || r > 126 || r == ',' })
}

// keysOf are the keys under which there may be what a request is for, the one under which its answer
// is kept last. A GET's whole answer serves HEAD and ranges, too; theirs serve but themselves. AWS does not
// say whether an origin is asked by HEAD, or by GET: here by HEAD, for which it has to be ready.
func keysOf(q *request, key string) []string {
	switch ranges := q.header.Get("Range"); {
	case q.method == http.MethodHead:
		return []string{key, key + "\nHEAD"}
	case q.method == http.MethodOptions:
		return []string{key + "\nOPTIONS"}
	case ranges != "":
		return []string{key, key + "\nRange: " + ranges}
	}
	return []string{key}
}

func waitFor(ctx context.Context, flight chan struct{}) {
	select {
	case <-flight:
	case <-ctx.Done():
	}
}
