package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"primrose/functions/internal/twin/template"
)

// What can be said of stacks, of which this is a part.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
const (
	reviewed   = "REVIEW_IN_PROGRESS" // a change set is there, and no more
	created    = "CREATE_COMPLETE"
	rolledBack = "ROLLBACK_COMPLETE"
	deleted    = "DELETE_COMPLETE"
)

// stack is one of CloudFormation's.
type stack struct {
	name, region, arn string
	status, reason    string
	since             time.Time
	template          []byte
	outputs           map[string]string
	tags              []tag
	protected         bool // from deletion
	changes           *changeSet
	events            []event // newest first
	deployed          Deployed
}

type tag struct{ Key, Value string }

// changeSet is what is to become of a stack.
type changeSet struct {
	name, arn string
	template  []byte
	tags      []tag
	resources []template.Resource
	reason    string // why it has failed; empty: it can be executed
}

type event struct {
	EventId, StackId, StackName              string
	LogicalResourceId, PhysicalResourceId    string
	ResourceType, ResourceStatus             string
	ResourceStatusReason, ClientRequestToken string `xml:",omitempty"`
	Timestamp                                time.Time
}

// tell notes what has become of a resource, or of the stack as a whole. Clients sort by milliseconds,
// so no two events have the same.
func (s *stack) tell(id, physical, typ, status, reason, token string) {
	at := time.Now().UTC()
	if len(s.events) > 0 && at.Sub(s.events[0].Timestamp) < time.Millisecond {
		at = s.events[0].Timestamp.Add(time.Millisecond)
	}
	s.events = slices.Insert(s.events, 0, event{
		EventId: fmt.Sprintf("%s-%d", id, len(s.events)), StackId: s.arn, StackName: s.name,
		LogicalResourceId: id, PhysicalResourceId: physical, ResourceType: typ,
		ResourceStatus: status, ResourceStatusReason: reason, ClientRequestToken: token, Timestamp: at,
	})
}

// turn is tell of the stack.
func (s *stack) turn(status, reason, token string) {
	s.status, s.reason = status, reason
	s.tell(s.name, s.arn, "AWS::CloudFormation::Stack", status, reason, token)
}

func (s *stack) close() error {
	if s.deployed == nil {
		return nil
	}
	defer func() { s.deployed = nil }()
	return s.deployed.Close()
}

// execute makes what the change set says, all of it or nothing.
func (a *Account) execute(s *stack, token string) {
	set := s.changes
	s.template, s.tags, s.changes = set.template, set.tags, nil
	s.turn("CREATE_IN_PROGRESS", "", token)
	if err := a.launch(s); err != nil {
		s.turn("ROLLBACK_IN_PROGRESS", err.Error(), token)
		s.turn(rolledBack, "", token)
		return
	}
	for _, r := range set.resources {
		s.tell(r.ID, r.Ref, r.Type, created, "", token)
	}
	s.turn(created, "", token)
}

// launch starts what the template says.
func (a *Account) launch(s *stack) error {
	if s.name == toolkit {
		return a.bootstrap(s)
	}
	deployed, err := a.Launch(a.assembly(), s.name)
	if err != nil {
		return err
	}
	s.deployed, s.outputs = deployed, deployed.Outputs()
	return nil
}

// read says which resources a template has, or why it can't be deployed.
func (a *Account) read(s *stack, text []byte) ([]template.Resource, error) {
	if s.name == toolkit {
		return nil, nil
	}
	if !json.Valid(text) {
		return nil, errors.New("the template is no JSON, which CDK writes")
	}
	if err := a.writeAssembly(s, text); err != nil {
		return nil, err
	}
	read, err := template.Read(a.assembly(), s.name)
	if err != nil {
		return nil, err
	}
	return read.Unclaimed(), nil // nobody has decoded any yet: all of them
}
