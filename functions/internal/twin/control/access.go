package control

import (
	"net/http"
	"slices"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// simulatePrincipalPolicy decides by a role's policies, but doesn't tell what they deny from what they
// don't allow.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func (c *Control) simulatePrincipalPolicy(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		PolicySourceArn           string
		ActionNames, ResourceArns []string
	}](in)
	if err == nil {
		err = c.Identity.Authorize(in.Principal, "iam:SimulatePrincipalPolicy", asked.PolicySourceArn)
	}
	if err != nil {
		return nil, err
	}
	if !c.hasRole(asked.PolicySourceArn) {
		return nil, awsapi.NewFault(http.StatusNotFound, "NoSuchEntity", "The stack has no role "+asked.PolicySourceArn)
	}
	type evaluation struct{ EvalActionName, EvalResourceName, EvalDecision string }
	var all []evaluation
	for _, action := range asked.ActionNames {
		for _, resource := range asked.ResourceArns {
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
	return slices.ContainsFunc(c.Stack.Resources(), func(r template.Resource) bool { return r.Type == "AWS::IAM::Role" && r.ARN == arn })
}
