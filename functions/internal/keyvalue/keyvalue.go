// Package keyvalue makes a part of a stage's KeyValueStore hold what it should:
// the keys that URLs are signed with, or the presets. The edge function reads
// it; nothing that is deployed may write to it, so that whoever deploys does,
// by a command.
package keyvalue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	kvs "github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
)

// MaxValue is the longest value in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const MaxValue = 1024

// mostChanges is how many keys one update may change, by the same document.
const mostChanges = 50

// Part is what a store should hold under the keys that begin with the prefix:
// values by the rest of their keys. What else the store holds is not its part.
type Part struct {
	Prefix string
	Values map[string]string
}

// Change is what becomes of one value in the store.
type Change struct {
	Name   string // without the part's prefix
	Action Action
}

// Action is what is done to a value.
type Action string

const (
	Add     Action = "add"
	Replace Action = "replace" // the name has another value than before
	Keep    Action = "keep"
	Remove  Action = "remove"
)

// Store is a KeyValueStore.
type Store struct {
	client *kvs.Client
	arn    string
	pause  time.Duration // before the first repetition; doubled before each further one
}

// Open opens the KeyValueStore of an ARN.
func Open(conf aws.Config, store string) (*Store, error) {
	name, err := arn.Parse(store)
	if err != nil || name.Service != "cloudfront" || !strings.HasPrefix(name.Resource, "key-value-store/") {
		return nil, fmt.Errorf("%q is no ARN of a CloudFront KeyValueStore", store)
	}
	if conf.Region == "" {
		conf.Region = "us-east-1" // the store is global, but its client wants one
	}
	return &Store{kvs.NewFromConfig(conf), store, 200 * time.Millisecond}, nil
}

// Plan says what [Store.Set] would change, sorted by name.
func (s *Store) Plan(ctx context.Context, p Part) ([]Change, error) {
	u, err := s.plan(ctx, p)
	return u.changes, err
}

// Set makes the store's part equal to the one given. Up to fifty changes are
// made all at once: an edge sees either all of them or none. It returns what it
// changed, sorted by name.
func (s *Store) Set(ctx context.Context, p Part) ([]Change, error) {
	const tries = 5
	pause := s.pause
	for try := 1; ; try++ {
		changes, err := s.set(ctx, p)
		if _, conflict := errors.AsType[*types.ConflictException](err); !conflict {
			return changes, err
		}
		if try == tries {
			return nil, fmt.Errorf("others kept changing the store, %d times; try again: %w", tries, err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// set fails with a conflict if somebody changes the store meanwhile.
func (s *Store) set(ctx context.Context, p Part) ([]Change, error) {
	u, err := s.plan(ctx, p)
	if err != nil {
		return nil, err
	}
	for version := u.version; len(u.puts)+len(u.deletes) > 0; {
		puts, deletes := u.next()
		out, err := s.client.UpdateKeys(ctx, &kvs.UpdateKeysInput{KvsARN: &s.arn, IfMatch: &version, Puts: puts, Deletes: deletes})
		if err != nil {
			return nil, fmt.Errorf("update the store: %w", err)
		}
		version = aws.ToString(out.ETag)
	}
	return u.changes, nil
}

// update leads from one version of the store to the next.
type update struct {
	version string
	changes []Change
	puts    []types.PutKeyRequestListItem
	deletes []types.DeleteKeyRequestListItem
}

// next takes from the update what can be done at once. What is added comes
// before what is removed.
func (u *update) next() (puts []types.PutKeyRequestListItem, deletes []types.DeleteKeyRequestListItem) {
	n := min(len(u.puts), mostChanges)
	puts, u.puts = u.puts[:n], u.puts[n:]
	n = min(len(u.deletes), mostChanges-n)
	deletes, u.deletes = u.deletes[:n], u.deletes[n:]
	return puts, deletes
}

func (s *Store) plan(ctx context.Context, p Part) (update, error) {
	version, held, err := s.read(ctx, p.Prefix)
	if err != nil {
		return update{}, err
	}
	u := update{version: version}
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		u.put(p, name, held)
		delete(held, name)
	}
	for name := range held {
		u.changes = append(u.changes, Change{name, Remove})
		u.deletes = append(u.deletes, types.DeleteKeyRequestListItem{Key: new(p.Prefix + name)})
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return u, nil
}

// put adds what makes the store have the part's value of a name, given those
// that it holds.
func (u *update) put(p Part, name string, held map[string]string) {
	action := Replace
	switch value, ok := held[name]; {
	case !ok:
		action = Add
	case value == p.Values[name]:
		action = Keep
	}
	u.changes = append(u.changes, Change{name, action})
	if action != Keep {
		u.puts = append(u.puts, types.PutKeyRequestListItem{Key: new(p.Prefix + name), Value: new(p.Values[name])})
	}
}

// read returns the store's version, and the values under a prefix that it holds
// by name. The version is read first: an update of it fails if the values are
// newer.
func (s *Store) read(ctx context.Context, prefix string) (version string, held map[string]string, err error) {
	described, err := s.client.DescribeKeyValueStore(ctx, &kvs.DescribeKeyValueStoreInput{KvsARN: &s.arn})
	if err != nil {
		return "", nil, fmt.Errorf("find the store: %w", err)
	}
	held = map[string]string{}
	pages := kvs.NewListKeysPaginator(s.client, &kvs.ListKeysInput{KvsARN: &s.arn, MaxResults: new(int32(50))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", nil, fmt.Errorf("list the store: %w", err)
		}
		for _, item := range page.Items {
			if name, ok := strings.CutPrefix(aws.ToString(item.Key), prefix); ok {
				held[name] = aws.ToString(item.Value)
			}
		}
	}
	return aws.ToString(described.ETag), held, nil
}
