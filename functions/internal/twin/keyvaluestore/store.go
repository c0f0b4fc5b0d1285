// Package keyvaluestore holds the KeyValueStores of a stack, which functions at the edge read and
// which clients change by CloudFront's API.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
package keyvaluestore

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"primrose/functions/internal/twin/template"
)

// Limits in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const (
	maxKey    = 512
	maxValue  = 1 << 10
	maxUpdate = 3 << 20
	maxStore  = 5 << 20

	maxChanges = 50 // keys an update
)

// Store is a KeyValueStore. What is written to it is read at once, whereas CloudFront takes seconds to
// tell every edge.
type Store struct {
	ARN string

	created time.Time

	mu      sync.RWMutex
	values  map[string]string
	version int
}

// New returns an empty store.
func New(arn string, created time.Time) *Store {
	return &Store{ARN: arn, created: created, values: map[string]string{}}
}

// Put puts values into the store, as an update by somebody would.
func (s *Store) Put(values map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.values, values)
	s.version++
}

type properties struct {
	Name    string
	Comment template.NoBearing // for people
	Tags    template.NoBearing // for bills
}

// All are the stores of a stack by their ARNs, empty as CloudFormation makes them.
func All(stack *template.Stack, created time.Time) (map[string]*Store, error) {
	found, err := template.All[properties](stack, "AWS::CloudFront::KeyValueStore")
	if err != nil {
		return nil, err
	}
	stores := map[string]*Store{}
	for _, resource := range found {
		if resource.Properties.Name == "" {
			return nil, fmt.Errorf("%s has no Name", resource)
		}
		stores[resource.ARN] = New(resource.ARN, created)
	}
	return stores, nil
}

// Values are a copy of what the store holds.
func (s *Store) Values() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.values)
}

// state is a store at a time.
type state struct {
	values  map[string]string
	version string // the ETag
}

func (s *Store) state() state {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return state{maps.Clone(s.values), s.etag()}
}

// etag is called while the store is locked.
func (s *Store) etag() string { return fmt.Sprintf("KV%d", s.version) }

func size(values map[string]string) (bytes int) {
	for key, value := range values {
		bytes += len(key) + len(value)
	}
	return bytes
}

type put struct{ Key, Value string }

// change is an update of several keys, all or none of which it changes.
type change struct {
	puts    []put
	deletes []string
}

var (
	errVersion = errors.New("the store is not at the version that If-Match names")
	errQuota   = errors.New("the store would hold more than 5 MB")
)

// apply makes a change of the store at a version.
func (s *Store) apply(c change, version string) (state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version != s.etag() {
		return state{}, errVersion
	}
	values := maps.Clone(s.values)
	for _, key := range c.deletes {
		delete(values, key)
	}
	for _, p := range c.puts {
		values[p.Key] = p.Value
	}
	if size(values) > maxStore {
		return state{}, errQuota
	}
	s.values = values
	s.version++
	return state{maps.Clone(values), s.etag()}, nil
}

// check says what CloudFront refuses of a change, whatever the store holds.
func (c change) check() error {
	if n := len(c.puts) + len(c.deletes); n == 0 || n > maxChanges {
		return fmt.Errorf("an update changes 1 to %d keys, not %d", maxChanges, n)
	}
	bytes := 0
	seen := map[string]bool{}
	for _, key := range c.keys() {
		if key == "" || len(key) > maxKey {
			return fmt.Errorf("a key has 1 to %d bytes, not %d", maxKey, len(key))
		}
		if seen[key] {
			return fmt.Errorf("the key %q is changed twice", key)
		}
		seen[key] = true
		bytes += len(key)
	}
	for _, p := range c.puts {
		if len(p.Value) > maxValue {
			return fmt.Errorf("the value of %q has %d bytes: %d are taken", p.Key, len(p.Value), maxValue)
		}
		bytes += len(p.Value)
	}
	if bytes > maxUpdate {
		return fmt.Errorf("an update has %d bytes at most, not %d", maxUpdate, bytes)
	}
	return nil
}

func (c change) keys() []string {
	keys := append([]string{}, c.deletes...)
	for _, p := range c.puts {
		keys = append(keys, p.Key)
	}
	return keys
}
