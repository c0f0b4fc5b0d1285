// Package limits checks synthesised templates against what AWS takes and CDK's validator lets
// through: quotas, settings that exclude each other, references to nothing, permissions for
// everything. What it finds would otherwise be found by a deployment, or by a bill.
//
// A [rule] is a name, a document of AWS's and a function of one resource or of the whole template; a
// file has those of one service. Values that only CloudFormation knows, such as a Ref, are not judged.
package limits

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Finding is one thing that AWS would refuse, or that nobody should deploy.
type Finding struct {
	Rule     string // by name
	Template string // the stack's name
	Resource string // the logical id, or empty for the template
	Problem  string // what is wrong and what would be right
	Source   string // AWS's document about it
}

func (f Finding) String() string {
	where := strings.Trim(f.Template+", "+f.Resource, ", ")
	return fmt.Sprintf("%s: %s (%s, see %s)", where, f.Problem, f.Rule, f.Source)
}

// Check reports what is wrong with each template, and with all of them together.
func Check(templates ...Template) []Finding {
	var all []Finding
	for _, t := range templates {
		for _, r := range rules {
			all = append(all, r.find(t)...)
		}
	}
	return slices.Concat(all, duplicates(templates), lostOutputs(templates))
}

// CheckAssembly reports what is wrong with the templates that CDK wrote to a folder, all of it in one
// error, a line each.
func CheckAssembly(folder string) error {
	templates, err := ReadAssembly(folder)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range Check(templates...) {
		errs = append(errs, errors.New(f.String()))
	}
	return errors.Join(errs...)
}

// rules are all of them.
var rules = slices.Concat(
	cloudFormation, secrets, identity,
	lambda, apiGateway, s3, distributions, edge,
	sqs, events, sns, logs, cloudWatch, codeDeploy, budgets, waf, certificates,
)

// A rule says what a resource must be like.
type rule struct {
	name  string
	check check

	kind   string // of resource; empty for a rule about the whole template
	source string
}

// A check finds what is wrong with a resource, or with a whole template: it is then given an empty one.
type check func(Template, Resource) problems

// about makes rules about one type of resource, by one document.
func about(kind, source string, rules ...rule) []rule {
	for i := range rules {
		rules[i].kind, rules[i].source = kind, "https://docs.aws.amazon.com/"+source
	}
	return rules
}

func (r rule) find(t Template) []Finding {
	if r.kind == "" {
		return r.findings(t, "", r.check(t, Resource{}))
	}
	var all []Finding
	for _, resource := range t.all(r.kind) {
		all = append(all, r.findings(t, resource.ID, r.check(t, resource))...)
	}
	return all
}

func (r rule) findings(t Template, id string, found problems) []Finding {
	var all []Finding
	for _, p := range found {
		all = append(all, Finding{Rule: r.name, Template: t.Name, Resource: id, Problem: p, Source: r.source})
	}
	return all
}
