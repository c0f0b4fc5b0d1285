// Package keys makes a stage's KeyValueStore hold the keys that URLs are
// signed with.
//
// CloudFormation generates each key as a secret in Secrets Manager. The edge
// function cannot read secrets, so somebody who may copies them into the
// store: whoever deploys, once after each change of the stage's keys. No
// template and no function that is deployed ever holds a key.
package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	kvs "github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"primrose/functions/internal/signature"
)

// Most is how many keys a stage has at most: while keys are rotated, two.
const Most = 2

// Read reads a key from the secret of an ARN, in whatever region that is.
func Read(ctx context.Context, conf aws.Config, id, secret string) (signature.Key, error) {
	name, err := arn.Parse(secret)
	if err != nil || name.Service != "secretsmanager" {
		return signature.Key{}, fmt.Errorf("%q is no ARN of a secret", secret)
	}
	client := secretsmanager.NewFromConfig(conf, func(o *secretsmanager.Options) { o.Region = name.Region })
	value, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
	if err != nil {
		return signature.Key{}, fmt.Errorf("read the secret of key %s: %w", id, err)
	}
	k := signature.Key{ID: id, Secret: aws.ToString(value.SecretString)}
	return k, k.Check()
}

// Change is what becomes of one key in the store.
type Change struct {
	ID     string
	Action Action
}

// Action is what is done to a key.
type Action string

const (
	Add     Action = "add"
	Replace Action = "replace" // the id has another secret than before
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

// Plan says what [Store.Set] would change, sorted by id.
func (s *Store) Plan(ctx context.Context, keys []signature.Key) ([]Change, error) {
	u, err := s.plan(ctx, keys)
	return u.changes, err
}

// Set makes the store's keys equal to those given, all at once: an edge sees
// either all changes or none. Whatever else the store holds stays. It returns
// what it changed, sorted by id.
func (s *Store) Set(ctx context.Context, keys []signature.Key) ([]Change, error) {
	const tries = 5
	pause := s.pause
	for try := 1; ; try++ {
		changes, err := s.set(ctx, keys)
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
func (s *Store) set(ctx context.Context, keys []signature.Key) ([]Change, error) {
	u, err := s.plan(ctx, keys)
	if err != nil || len(u.puts)+len(u.deletes) == 0 {
		return u.changes, err
	}
	_, err = s.client.UpdateKeys(ctx, &kvs.UpdateKeysInput{KvsARN: &s.arn, IfMatch: &u.version, Puts: u.puts, Deletes: u.deletes})
	if err != nil {
		return nil, fmt.Errorf("update the store: %w", err)
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

func (s *Store) plan(ctx context.Context, keys []signature.Key) (update, error) {
	if err := check(keys); err != nil {
		return update{}, err
	}
	version, held, err := s.read(ctx)
	if err != nil {
		return update{}, err
	}
	u := update{version: version}
	for _, k := range keys {
		u.put(k, held)
		delete(held, k.ID)
	}
	for id := range held {
		u.changes = append(u.changes, Change{id, Remove})
		u.deletes = append(u.deletes, types.DeleteKeyRequestListItem{Key: new(signature.StoreKey(id))})
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return strings.Compare(a.ID, b.ID) })
	return u, nil
}

func check(keys []signature.Key) error {
	if len(keys) > Most {
		return fmt.Errorf("%d keys are too many: a stage has %d at most", len(keys), Most)
	}
	for i, k := range keys {
		if err := k.Check(); err != nil {
			return err
		}
		if slices.ContainsFunc(keys[:i], func(other signature.Key) bool { return other.ID == k.ID }) {
			return fmt.Errorf("key %s is named twice", k.ID)
		}
	}
	return nil
}

// put adds what makes the store have the key, given the secrets it holds.
func (u *update) put(k signature.Key, held map[string]string) {
	action := Replace
	switch secret, ok := held[k.ID]; {
	case !ok:
		action = Add
	case secret == k.Secret:
		action = Keep
	}
	u.changes = append(u.changes, Change{k.ID, action})
	if action != Keep {
		u.puts = append(u.puts, types.PutKeyRequestListItem{Key: new(signature.StoreKey(k.ID)), Value: new(k.Secret)})
	}
}

// read returns the store's version, and the secrets that it holds by id. The
// version is read first: an update of it fails if the secrets are newer.
func (s *Store) read(ctx context.Context) (version string, held map[string]string, err error) {
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
			if id, ok := signature.StoreID(aws.ToString(item.Key)); ok {
				held[id] = aws.ToString(item.Value)
			}
		}
	}
	return aws.ToString(described.ETag), held, nil
}
