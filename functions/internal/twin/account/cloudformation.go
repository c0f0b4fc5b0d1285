package account

import (
	"bytes"

	"crypto/rand"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cloudformation is what the CDK CLI and people ask of CloudFormation in a region. Whatever is asked
// happens before it is answered, so that nobody has to wait and ask again.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
func (a *Account) cloudformation(region string) action {
	return func(name string, p url.Values) (any, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if name == "DescribeStacks" && p.Get("StackName") == "" {
			return a.describeAll(region), nil
		}
		if name == "CreateChangeSet" {
			return a.createChangeSet(region, p)
		}
		s, err := a.find(region, p.Get("StackName"))
		if err != nil {
			return nil, err
		}
		switch name {
		case "DescribeStacks":
			return stacks{[]description{s.describe()}}, nil
		case "DescribeStackEvents":
			return struct {
				StackEvents []event `xml:"StackEvents>member"`
			}{s.events}, nil
		case "GetTemplate":
			return struct{ TemplateBody string }{string(s.template)}, nil
		case "DescribeChangeSet":
			return s.describeChanges(p.Get("ChangeSetName"))
		case "ExecuteChangeSet":
			if _, err := s.describeChanges(p.Get("ChangeSetName")); err != nil {
				return nil, err
			}
			a.execute(s, p.Get("ClientRequestToken"))
			return nil, nil
		case "DeleteChangeSet":
			s.changes = nil
			return nil, nil
		case "UpdateTerminationProtection":
			s.protected = p.Get("EnableTerminationProtection") == "true"
			return struct{ StackId string }{s.arn}, nil
		case "DeleteStack":
			return nil, a.delete(s, p.Get("ClientRequestToken"))
		}
		return nil, &Error{"InvalidAction", "The twin's CloudFormation doesn't know " + name}
	}
}

// createChangeSet says what would become of a stack, which is there from then on.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
func (a *Account) createChangeSet(region string, p url.Values) (any, error) {
	text, err := a.templateOf(region, p)
	if err != nil {
		return nil, err
	}
	granted := func(capability string) bool { return strings.HasSuffix(capability, "_IAM") }
	if bytes.Contains(text, []byte("AWS::IAM::")) && !slices.ContainsFunc(members(p, "Capabilities.member.%"), granted) {
		return nil, &Error{"InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"}
	}
	name := p.Get("StackName")
	s, err := a.find(region, name)
	if err != nil {
		id := strings.ToLower(rand.Text())
		s = &stack{name: name, region: region, arn: "arn:aws:cloudformation:" + region + ":" + a.ID + ":stack/" + name + "/" + id, since: time.Now().UTC()}
		s.turn(reviewed, "", "")
		a.stacks = append(a.stacks, s)
	}
	set := &changeSet{name: p.Get("ChangeSetName"), template: text}
	set.arn = strings.Replace(s.arn, ":stack/"+name, ":changeSet/"+set.name, 1)
	values := members(p, "Tags.member.%.Value")
	for i, key := range members(p, "Tags.member.%.Key") {
		set.tags = append(set.tags, tag{key, values[i]})
	}
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

// templateOf is the template that stands in a request, or lies where the request says.
func (a *Account) templateOf(region string, p url.Values) ([]byte, error) {
	if body := p.Get("TemplateBody"); body != "" {
		return []byte(body), nil
	}
	at, err := url.Parse(p.Get("TemplateURL"))
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

// delete ends what runs. Unlike in AWS, nothing is retained, and a bucket need not be empty.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
func (a *Account) delete(s *stack, token string) error {
	if s.protected {
		return invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", s.name)
	}
	s.turn("DELETE_IN_PROGRESS", "", token)
	if err := s.close(); err != nil {
		s.turn("DELETE_FAILED", err.Error(), token)
		return nil
	}
	s.turn(deleted, "", token)
	return nil
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

// describeAll describes the stacks of a region that are not deleted.
func (a *Account) describeAll(region string) stacks {
	var all stacks
	for _, s := range a.stacks {
		if s.region == region && s.status != deleted {
			all.Stacks = append(all.Stacks, s.describe())
		}
	}
	return all
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
		return changes{}, &Error{"ChangeSetNotFound", "ChangeSet [" + called + "] does not exist"}
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

// members are a list's parameters, as the Query protocol numbers them: % is the number.
func members(p url.Values, pattern string) (list []string) {
	for i := 1; ; i++ {
		name := strings.ReplaceAll(pattern, "%", strconv.Itoa(i))
		if !p.Has(name) {
			return list
		}
		list = append(list, p.Get(name))
	}
}
