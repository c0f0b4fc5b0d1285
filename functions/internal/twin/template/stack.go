// Package template reads a synthesised CloudFormation template as
// CloudFormation would: references become the physical ids that they stand
// for, and whatever isn't understood is an error, never passed over. Ids,
// names and secrets are made from the stack's name and the resource's, so they
// are the same in every run.
package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Stack is a template with all references resolved.
type Stack struct {
	// Name is the stack's, such as primrose-dev.
	Name string
	// Region and Account are where it would be deployed.
	Region, Account string
	// Outputs by their logical ids.
	Outputs map[string]string

	resources map[string]*Resource
	needs     map[string]map[string]bool // which resource needs which
	secrets   map[string]string          // by ARN
	assembly  *assembly
	seed      string // of ids, names and secrets

	claims  sync.Mutex
	claimed map[string]bool // by logical id
}

// Resource is one of a stack's.
type Resource struct {
	// ID is the logical id.
	ID string
	// Type is CloudFormation's, such as AWS::S3::Bucket.
	Type string
	// Ref is the physical id, which a Ref gives.
	Ref string
	// ARN is empty if the type has none.
	ARN string
	// Attributes are what Fn::GetAtt gives.
	Attributes map[string]string

	properties any // with references resolved
}

// String names the resource in messages.
func (r Resource) String() string { return r.ID + " (" + r.Type + ")" }

// Typed is a resource with its properties.
type Typed[T any] struct {
	Resource
	Properties T
}

// NoBearing is the type of a property that has no effect beyond the template:
// no request can show it, or the resource's ids are made of it. The field's
// comment says which.
type NoBearing struct{}

// UnmarshalJSON takes anything.
func (NoBearing) UnmarshalJSON([]byte) error { return nil }

// Read reads a stack of a cloud assembly, which is what `cdk synth` writes
// into the folder dir.
func Read(dir, name string) (*Stack, error) {
	a, err := open(dir)
	if err != nil {
		return nil, err
	}
	text, err := a.template(name)
	if err != nil {
		return nil, err
	}
	return a.parse(text, name)
}

// Parse reads a template that stands in the place of a stack's in the cloud
// assembly dir: assets and the outputs of other stacks are looked for there.
func Parse(text []byte, dir, name string) (*Stack, error) {
	a, err := open(dir)
	if err != nil {
		return nil, err
	}
	return a.parse(text, name)
}

// All decodes the resources of a type, in the order of their logical ids, and
// claims them. A property that T doesn't have is an error.
func All[T any](s *Stack, typ string) ([]Typed[T], error) {
	var all []Typed[T]
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		r := s.resources[id]
		if r.Type != typ {
			continue
		}
		properties, err := decode[T](r.properties)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r, err))
		}
		all = append(all, Typed[T]{*r, properties})
		s.claim(id)
	}
	return all, errors.Join(errs...)
}

// View is [All] for who needs only some properties of resources that others
// understand: it passes over the rest, and claims nothing.
func View[T any](s *Stack, typ string) ([]Typed[T], error) {
	var all []Typed[T]
	for _, r := range s.Resources() {
		if r.Type != typ {
			continue
		}
		text, err := json.Marshal(r.properties)
		if err != nil {
			return nil, err
		}
		seen := Typed[T]{Resource: r}
		if err := json.Unmarshal(text, &seen.Properties); err != nil {
			return nil, fmt.Errorf("%s: %w", r, err)
		}
		all = append(all, seen)
	}
	return all, nil
}

// One is [All] of a type that a stack has once.
func One[T any](s *Stack, typ string) (Typed[T], error) {
	all, err := All[T](s, typ)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%s has %d resources of type %s, want one", s.Name, len(all), typ)
	}
	if err != nil {
		return Typed[T]{}, err
	}
	return all[0], nil
}

func (s *Stack) claim(id string) {
	s.claims.Lock()
	defer s.claims.Unlock()
	s.claimed[id] = true
}

// Unclaimed are the resources that nobody has decoded, by type and logical id.
func (s *Stack) Unclaimed() []Resource {
	s.claims.Lock()
	defer s.claims.Unlock()
	var rest []Resource
	for id, r := range s.resources {
		if !s.claimed[id] {
			rest = append(rest, *r)
		}
	}
	slices.SortFunc(rest, func(a, b Resource) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID)) })
	return rest
}

// Resources are all of them, in the order of their logical ids.
func (s *Stack) Resources() []Resource {
	var all []Resource
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		all = append(all, *s.resources[id])
	}
	return all
}

// Resource is the one of a logical id.
func (s *Stack) Resource(id string) (Resource, bool) {
	r, ok := s.resources[id]
	if !ok {
		return Resource{}, false
	}
	return *r, true
}

// Before are the resources that are created before one, since it needs them
// or depends on them, or what it needs does.
func (s *Stack) Before(id string) []string {
	found := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		for next := range s.needs[id] {
			if !found[next] {
				found[next] = true
				visit(next)
			}
		}
	}
	visit(id)
	return slices.Sorted(maps.Keys(found))
}

// Asset is the file that lies in the assembly until a deployment uploads it
// to the key of the bucket.
func (s *Stack) Asset(bucket, key string) (file string, err error) {
	return s.assembly.asset(s, bucket, key)
}

// Secret is the value of the secret with an ARN.
func (s *Stack) Secret(arn string) (value string, ok bool) {
	value, ok = s.secrets[arn]
	return value, ok
}
