package identity

import (
	"errors"
	"fmt"
	"strings"

	"primrose/functions/internal/twin/template"
)

// role is one of the template's.
type role struct {
	name     string
	trust    Document
	policies []Document
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
type roleProperties struct {
	AssumeRolePolicyDocument Document
	Description              template.NoBearing // for people
	Policies                 []struct {
		PolicyName     template.NoBearing // for people
		PolicyDocument Document
	}
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
type policyProperties struct {
	PolicyName     template.NoBearing // for people
	PolicyDocument Document
	Roles          []string
}

// readRoles are a stack's roles by their ARNs, with all their policies.
func readRoles(stack *template.Stack) (map[string]*role, error) {
	read, err := template.All[roleProperties](stack, "AWS::IAM::Role")
	if err != nil {
		return nil, err
	}
	roles, byName := map[string]*role{}, map[string]*role{}
	for _, r := range read {
		made := &role{name: r.Ref, trust: r.Properties.AssumeRolePolicyDocument}
		for _, inline := range r.Properties.Policies {
			made.policies = append(made.policies, inline.PolicyDocument)
		}
		roles[r.ARN], byName[r.Ref] = made, made
	}
	policies, err := template.All[policyProperties](stack, "AWS::IAM::Policy")
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		for _, name := range p.Properties.Roles {
			of := byName[name]
			if of == nil {
				return nil, fmt.Errorf("%s: the template has no role %s", p, name)
			}
			of.policies = append(of.policies, p.Properties.PolicyDocument)
		}
	}
	for _, r := range roles {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return roles, nil
}

// check refuses policies that IAM would, since they stand in the wrong place.
func (r *role) check() error {
	for _, s := range r.trust.Statement {
		if s.Principal == nil || s.Resource != nil || s.NotResource != nil {
			return errors.New("a trust policy has principals and no resources")
		}
	}
	for _, p := range r.policies {
		if err := p.attachable(); err != nil {
			return err
		}
	}
	return nil
}

// attachable says whether a policy can be a principal's own.
func (d Document) attachable() error {
	for _, s := range d.Statement {
		if s.Principal != nil || s.Resource == nil && s.NotResource == nil {
			return errors.New("a role's policy has resources and no principals")
		}
	}
	return nil
}

// OfResource says whether a policy can be a resource's. AWS takes one that lets
// a service in whomever it works for; the twin does not, since no request of
// its own would show who else comes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func (d Document) OfResource() error {
	for _, s := range d.Statement {
		switch {
		case s.Principal == nil || s.Resource == nil && s.NotResource == nil:
			return errors.New("a resource's policy has principals and resources")
		case s.Effect == "Allow" && len(s.Principal.Service) > 0 && !s.Condition.on("aws:SourceArn") && !s.Condition.on("aws:SourceAccount"):
			return fmt.Errorf("it lets %s in on anybody's behalf: say aws:SourceArn", strings.Join(s.Principal.Service, " and "))
		}
	}
	return nil
}
