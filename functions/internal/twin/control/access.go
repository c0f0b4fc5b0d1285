package control

import (
	"net/http"
	"slices"
	"strings"
)

// accessActions are of IAM, as far as it says who may do what.
func (c *Control) accessActions() map[string]action {
	return map[string]action{"SimulatePrincipalPolicy": c.simulatePrincipalPolicy}
}

// simulatePrincipalPolicy decides by a role's policies, but doesn't tell what they deny from what they
// don't allow.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func (c *Control) simulatePrincipalPolicy(in call) (any, error) {
	asked, err := parameters[struct {
		PolicySourceArn           string
		ActionNames, ResourceArns list
	}](in)
	if err == nil {
		err = c.authorize(in.principal, "iam:SimulatePrincipalPolicy", asked.PolicySourceArn)
	}
	if err != nil {
		return nil, err
	}
	if !c.hasRole(asked.PolicySourceArn) {
		return nil, &Fault{http.StatusNotFound, "NoSuchEntity", "The stack has no role " + asked.PolicySourceArn}
	}
	type evaluation struct{ EvalActionName, EvalResourceName, EvalDecision string }
	var all []evaluation
	for _, action := range asked.ActionNames.texts() {
		for _, resource := range asked.ResourceArns.texts() {
			decision := "implicitDeny"
			if c.Identity.Allows(asked.PolicySourceArn, action, resource, nil) {
				decision = "allowed"
			}
			all = append(all, evaluation{action, resource, decision})
		}
	}
	return struct {
		EvaluationResults []evaluation `xml:"EvaluationResults>member"`
		IsTruncated       bool
	}{all, false}, nil
}

func (c *Control) hasRole(arn string) bool {
	for _, r := range c.Stack.Resources() {
		if r.Type == "AWS::IAM::Role" && r.ARN == arn {
			return true
		}
	}
	return false
}

// texts are a list's, as they are numbered.
func (l list) texts() []string {
	var all []string
	numbers := make([]string, 0, len(l.Member))
	for number := range l.Member {
		numbers = append(numbers, number)
	}
	slices.SortFunc(numbers, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	for _, number := range numbers {
		all = append(all, l.Member[number])
	}
	return all
}
