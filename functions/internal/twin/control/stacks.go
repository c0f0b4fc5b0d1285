package control

import (
	"maps"
	"slices"
	"time"

	"primrose/functions/internal/twin/awsapi"
)

// stackActions tell what the stack is made of.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
func (c *Control) stackActions() map[string]awsapi.Action {
	return map[string]awsapi.Action{
		"DescribeStacks":         c.describeStacks,
		"DescribeStackResources": c.describeStackResources,
		"DescribeStackResource":  c.describeStackResource,
	}
}

func (c *Control) stackID() string {
	return c.arn("cloudformation", "stack/"+c.Stack.Name+"/00000000-0000-4000-8000-000000000000")
}

// knows fails for another stack than the one there is.
func (c *Control) knows(in awsapi.Call, action, stack string) error {
	if err := c.Identity.Authorize(in.Principal, "cloudformation:"+action, c.stackID()); err != nil {
		return err
	}
	if stack != "" && stack != c.Stack.Name && stack != c.stackID() {
		return refused("ValidationError", "Stack with id "+stack+" does not exist")
	}
	return nil
}

type output struct{ OutputKey, OutputValue string }

func (c *Control) describeStacks(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ StackName string }](in)
	if err == nil {
		err = c.knows(in, "DescribeStacks", asked.StackName)
	}
	if err != nil {
		return nil, err
	}
	type stack struct {
		StackId, StackName, StackStatus, CreationTime string
		Outputs                                       []output `xml:"Outputs>member"`
	}
	made := stack{c.stackID(), c.Stack.Name, "CREATE_COMPLETE", c.Started.UTC().Format(time.RFC3339), nil}
	for _, key := range slices.Sorted(maps.Keys(c.Stack.Outputs)) {
		made.Outputs = append(made.Outputs, output{key, c.Stack.Outputs[key]})
	}
	return struct {
		Stacks []stack `xml:"Stacks>member"`
	}{[]stack{made}}, nil
}

type stackResource struct {
	StackName, LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus string
	Timestamp, LastUpdatedTimestamp                                                string
}

func (c *Control) resources(id string) []stackResource {
	var found []stackResource
	at := c.Started.UTC().Format(time.RFC3339)
	for _, r := range c.Stack.Resources() {
		if id == "" || id == r.ID {
			found = append(found, stackResource{c.Stack.Name, r.ID, r.Ref, r.Type, "CREATE_COMPLETE", at, at})
		}
	}
	return found
}

func (c *Control) describeStackResources(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ StackName, LogicalResourceId string }](in)
	if err == nil {
		err = c.knows(in, "DescribeStackResources", asked.StackName)
	}
	return struct {
		Resources []stackResource `xml:"StackResources>member"`
	}{c.resources(asked.LogicalResourceId)}, err
}

func (c *Control) describeStackResource(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ StackName, LogicalResourceId string }](in)
	if err == nil {
		err = c.knows(in, "DescribeStackResource", asked.StackName)
	}
	if err != nil {
		return nil, err
	}
	found := c.resources(asked.LogicalResourceId)
	if asked.LogicalResourceId == "" || len(found) != 1 {
		return nil, refused("ValidationError", "Resource "+asked.LogicalResourceId+" does not exist for stack "+c.Stack.Name)
	}
	return struct{ StackResourceDetail stackResource }{found[0]}, nil
}
