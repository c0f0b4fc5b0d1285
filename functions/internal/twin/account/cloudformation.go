package account

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// cloudformation is what the CDK CLI and people ask of CloudFormation in a region. Whatever is asked
// happens before it is answered, so that nobody has to wait and ask again.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
func (a *Account) cloudformation(region string) map[string]awsapi.Action {
	all := map[string]awsapi.Action{}
	for name, act := range actions {
		all[name] = func(in awsapi.Call) (any, error) {
			asked, err := awsapi.Parameters[parameters](in)
			if err != nil {
				return nil, err
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			return act(a, region, asked)
		}
	}
	return all
}

// parameters are those of all actions.
type parameters struct {
	StackName, ChangeSetName    string
	ClientRequestToken          string
	EnableTerminationProtection bool `json:",string"`

	TemplateBody, TemplateURL string // one of them
	Capabilities              []string
	Tags                      []tag
	Parameters                []struct{ ParameterKey, ParameterValue string }

	ChangeSetType, Description, RoleARN          template.NoBearing // a stack is new, and the administrator's
	ImportExistingResources, IncludeNestedStacks template.NoBearing // there are none
	ClientToken, TemplateStage, NextToken        template.NoBearing // all is done, and told, at once
	DeploymentConfig                             template.NoBearing // how to wait for what is done already
	IncludePropertyValues                        template.NoBearing // of changes, of which there are none
}

type action func(a *Account, region string, p parameters) (any, error)

var actions = map[string]action{
	"CreateChangeSet": (*Account).createChangeSet,
	"DescribeStacks":  (*Account).describeStacks,

	"DescribeStackEvents": ofStack((*Account).describeEvents),
	"GetTemplate":         ofStack((*Account).getTemplate),
	"DescribeChangeSet":   ofStack((*Account).describeChangeSet),
	"ExecuteChangeSet":    ofStack((*Account).executeChangeSet),
	"DeleteChangeSet":     ofStack((*Account).deleteChangeSet),
	"DeleteStack":         ofStack((*Account).deleteStack),

	"UpdateTerminationProtection": ofStack((*Account).protect),
}

// ofStack is an action on a stack that there is.
func ofStack(act func(a *Account, s *stack, p parameters) (any, error)) action {
	return func(a *Account, region string, p parameters) (any, error) {
		s, err := a.find(region, p.StackName)
		if err != nil {
			return nil, err
		}
		return act(a, s, p)
	}
}

func (a *Account) describeEvents(s *stack, _ parameters) (any, error) {
	return struct {
		StackEvents []event `xml:"StackEvents>member"`
	}{s.events}, nil
}

func (a *Account) getTemplate(s *stack, _ parameters) (any, error) {
	return struct{ TemplateBody string }{string(s.template)}, nil
}

func (a *Account) describeChangeSet(s *stack, p parameters) (any, error) {
	return s.describeChanges(p.ChangeSetName)
}

func (a *Account) executeChangeSet(s *stack, p parameters) (any, error) {
	_, err := s.describeChanges(p.ChangeSetName)
	if err == nil {
		a.execute(s, p.ClientRequestToken)
	}
	return nil, err
}

func (a *Account) deleteChangeSet(s *stack, _ parameters) (any, error) {
	s.changes = nil
	return nil, nil
}

func (a *Account) protect(s *stack, p parameters) (any, error) {
	s.protected = p.EnableTerminationProtection
	return struct{ StackId string }{s.arn}, nil
}

// named are names of stacks, and of regions: both become names of files.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
var named = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// deleteStack ends what runs. Unlike in AWS, nothing is retained, and a bucket need not be empty.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
func (a *Account) deleteStack(s *stack, p parameters) (any, error) {
	if s.protected {
		return nil, invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", s.name)
	}
	s.turn("DELETE_IN_PROGRESS", "", p.ClientRequestToken)
	if err := s.close(); err != nil {
		s.turn("DELETE_FAILED", err.Error(), p.ClientRequestToken)
		return nil, nil
	}
	s.turn(deleted, "", p.ClientRequestToken)
	return nil, nil
}

// stacks are what DescribeStacks answers.
type stacks struct {
	Stacks []description `xml:"Stacks>member"`
}

type description struct {
	StackId, StackName, StackStatus string
	StackStatusReason               string `xml:",omitempty"`
	CreationTime                    time.Time
	EnableTerminationProtection     bool
	Outputs                         []output `xml:"Outputs>member"`
	Tags                            []tag    `xml:"Tags>member"`
}

type output struct{ OutputKey, OutputValue string }

func (s *stack) describe() description {
	d := description{
		StackId: s.arn, StackName: s.name, StackStatus: s.status, StackStatusReason: s.reason,
		CreationTime: s.since, EnableTerminationProtection: s.protected, Tags: s.tags,
	}
	for _, key := range slices.Sorted(maps.Keys(s.outputs)) {
		d.Outputs = append(d.Outputs, output{key, s.outputs[key]})
	}
	return d
}

// describeStacks describes the stack of a name, or without one those of a region that are not deleted.
func (a *Account) describeStacks(region string, p parameters) (any, error) {
	if p.StackName != "" {
		s, err := a.find(region, p.StackName)
		if err != nil {
			return nil, err
		}
		return stacks{[]description{s.describe()}}, nil
	}
	var all stacks
	for _, s := range a.stacks {
		if s.region == region && s.status != deleted {
			all.Stacks = append(all.Stacks, s.describe())
		}
	}
	return all, nil
}

// invalid is what CloudFormation says of most that is wrong.
func invalid(format string, args ...any) error {
	return refused("ValidationError", fmt.Sprintf(format, args...))
}

func refused(code, message string) error {
	return awsapi.NewFault(http.StatusBadRequest, code, message)
}
