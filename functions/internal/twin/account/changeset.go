package account

import (
	"bytes"
	"crypto/rand"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

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
