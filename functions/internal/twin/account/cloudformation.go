package account

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

// createChangeSet says what would become of a stack, which is there from then on.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
func (a *Account) createChangeSet(region string, p parameters) (any, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	text, err := a.templateOf(region, p)
	if err != nil {
		return nil, err
	}
	granted := func(capability string) bool { return strings.HasSuffix(capability, "_IAM") }
	if bytes.Contains(text, []byte("AWS::IAM::")) && !slices.ContainsFunc(p.Capabilities, granted) {
		return nil, refused("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
	}
	name := p.StackName
	s, err := a.find(region, name)
	if err != nil {
		if !named.MatchString(name) || !named.MatchString(region) {
			return nil, invalid("%q is no name of a stack, or %q none of a region", name, region)
		}
		id := strings.ToLower(rand.Text())
		s = &stack{name: name, region: region, arn: "arn:aws:cloudformation:" + region + ":" + a.ID + ":stack/" + name + "/" + id, since: time.Now().UTC()}
		s.turn(reviewed, "", "")
		a.stacks = append(a.stacks, s)
	}
	set := &changeSet{name: p.ChangeSetName, template: text, tags: p.Tags}
	set.arn = strings.Replace(s.arn, ":stack/"+name, ":changeSet/"+set.name, 1)
	switch {
	case s.status == created && bytes.Equal(s.template, text):
		set.reason = "The submitted information didn't contain changes."
	case s.status == created:
		set.reason = "The twin deploys a stack once: destroy it before you deploy another version"
	default:
		if set.resources, err = a.read(s, text); err != nil {
			set.reason = err.Error()
		}
	}
	s.changes = set
	return struct{ Id, StackId string }{set.arn, s.arn}, nil
}

// check refuses a template's parameters, which would change it; those of CDK's bootstrap are about what
// the twin doesn't make, but for the qualifier.
func (p parameters) check() error {
	for _, given := range p.Parameters {
		standard := p.StackName == toolkit && (given.ParameterKey != "Qualifier" || given.ParameterValue == qualifier)
		if !standard {
			return invalid("the twin deploys without parameters, and %s is %q", given.ParameterKey, given.ParameterValue)
		}
	}
	return nil
}

// templateOf is the template that stands in a request, or lies where the request says.
func (a *Account) templateOf(region string, p parameters) ([]byte, error) {
	if p.TemplateBody != "" {
		return []byte(p.TemplateBody), nil
	}
	at, err := url.Parse(p.TemplateURL)
	if err != nil {
		return nil, invalid("TemplateURL: %v", err)
	}
	b := a.bootstraps[region]
	if b == nil || path.Base(path.Dir(at.Path)) != b.bucket {
		return nil, invalid("%s lies in no bucket of CDK's bootstrap in %s", at, region)
	}
	text, err := os.ReadFile(filepath.Join(b.folder, path.Base(at.Path)))
	if err != nil {
		return nil, invalid("%s has not been uploaded", at)
	}
	return text, nil
}

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

// change is one of a change set's: there are only new resources.
type change struct {
	Type              string
	Action            string `xml:"ResourceChange>Action"`
	LogicalResourceId string `xml:"ResourceChange>LogicalResourceId"`
	ResourceType      string `xml:"ResourceChange>ResourceType"`
}

// changes are what DescribeChangeSet answers.
type changes struct {
	ChangeSetId, ChangeSetName, StackId, StackName string
	Status, ExecutionStatus                        string
	StatusReason                                   string `xml:",omitempty"`
	CreationTime                                   time.Time
	Changes                                        []change `xml:"Changes>member"`
}

// describeChanges describes the stack's change set, which name or ARN call so.
func (s *stack) describeChanges(called string) (changes, error) {
	set := s.changes
	if set == nil || called != set.name && called != set.arn {
		return changes{}, refused("ChangeSetNotFound", "ChangeSet ["+called+"] does not exist")
	}
	d := changes{
		ChangeSetId: set.arn, ChangeSetName: set.name, StackId: s.arn, StackName: s.name,
		Status: created, ExecutionStatus: "AVAILABLE", CreationTime: time.Now().UTC(),
	}
	if set.reason != "" {
		d.Status, d.ExecutionStatus, d.StatusReason = "FAILED", "UNAVAILABLE", set.reason
	}
	for _, r := range set.resources {
		d.Changes = append(d.Changes, change{"Resource", "Add", r.ID, r.Type})
	}
	return d, nil
}

// invalid is what CloudFormation says of most that is wrong.
func invalid(format string, args ...any) error {
	return refused("ValidationError", fmt.Sprintf(format, args...))
}

func refused(code, message string) error {
	return awsapi.NewFault(http.StatusBadRequest, code, message)
}
