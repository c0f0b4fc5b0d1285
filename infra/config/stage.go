// Package config says what there is to deploy: stages as plain Go values.
//
// A stage is one deployment of one service. Its fields are everything that an operator may turn;
// whatever follows from them (a timeout from a deadline, a name from a stage) is computed, so that
// two settings cannot contradict each other. Nothing here knows of CDK: a stage can be read,
// compared and validated in microseconds.
package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// EdgeRegion is where CloudFront takes certificates and web ACLs, and has its metrics and logs.
const EdgeRegion = "us-east-1"

// A Stage is a service with a name and a place.
type Stage struct {
	// Name distinguishes the stages of an account: lower-case letters and digits, 2–12 characters.
	// It is part of every stack name, so a new name is a new deployment. No default.
	Name string

	// Account is the 12-digit AWS account, or empty for that of the credentials at deploy time. An
	// account that is named guards against deploying with the wrong credentials. Default empty.
	Account string

	// Region is the home region, where the images and the function live. Viewers are served from
	// everywhere. It has to be known at synth time, because stacks in us-east-1 refer to it. No
	// default: it is best the one nearest to whoever uploads.
	Region string

	// Protected refuses to delete the stack until somebody lifts the protection by hand. Default
	// false.
	Protected bool

	Domain   Domain
	Firewall Firewall
	Watch    Watch
	Service  Service
}

// StackName is the name of the stack in the stage's home region. It holds the region, so that a stage
// may be in several of one account: their other stacks are all in us-east-1.
func (s Stage) StackName() string { return "primrose-" + s.Name + "-" + s.Region }

// HasFront says whether anything has to be made in us-east-1 before the service.
func (s Stage) HasFront() bool { return s.Firewall.On || s.Domain.Zone != Zone{} }

// Stages are the deployments that `cdk synth` makes.
func Stages() []Stage { return []Stage{Dev(), Prod()} }

// On are the stages as they would be on another architecture.
func On(a Architecture, stages []Stage) []Stage {
	moved := slices.Clone(stages)
	for i := range moved {
		moved[i].Service.Image.Architecture = a
	}
	return moved
}

// Dev is for trying changes: everything ages fast, one region of edges, little burst.
func Dev() Stage {
	s := Default()
	s.Originals.Undo = 7 * Day
	s.Variants.Expiry = 7 * Day
	s.Image.LogRetention = 7 * Day
	s.API = API{Rate: 100, Burst: 50, KeyVersion: 1, Logs: NoAPILogs}
	s.Edge.PriceClass = PriceClass100
	s.Edge.Metrics = false
	return Stage{Name: "dev", Region: "eu-central-1", Service: s}
}

// Prod is the default service, protected: from deletion, and from whoever would have it compute for
// them. Its URLs have to be signed.
func Prod() Stage {
	s := Default()
	s.Edge.Signing = Signing{Mode: SigningRequired, Keys: []string{"2026a"}}
	return Stage{Name: "prod", Region: "eu-central-1", Protected: true, Service: s}
}

var (
	stageName = regexp.MustCompile(`^[a-z][a-z0-9]{1,11}$`)
	account   = regexp.MustCompile(`^([0-9]{12})?$`)
	region    = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
)

// Validate reports everything that is wrong with the stage, joined into one error.
func (s Stage) Validate() error {
	err := errors.Join(
		check(stageName.MatchString(s.Name), "Name is %q: use 2 to 12 lower-case letters and digits, a letter first", s.Name),
		check(account.MatchString(s.Account), "Account is %q: use 12 digits, or leave it empty", s.Account),
		check(region.MatchString(s.Region), "Region is %q: name an AWS region such as eu-central-1", s.Region),
		check(!isApart(s.Region), "Region is %q, from which %s cannot be reached: use a region outside China, GovCloud and the sovereign clouds", s.Region, EdgeRegion),
		s.Domain.validate(s.Account),
		s.Firewall.validate(),
		s.Watch.validate(s.Service.Alarms.Told()),
		s.Service.Alarms.validateIn(s.Region),
		s.Service.Validate(),
	)
	if err != nil {
		return fmt.Errorf("stage %q:\n%w", s.Name, err)
	}
	return nil
}

// isApart says whether a region is in a partition of its own, without the one in which CloudFront is
// governed.
func isApart(region string) bool {
	for _, prefix := range []string{"cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"} {
		if strings.HasPrefix(region, prefix) {
			return true
		}
	}
	return false
}

// Validate reports everything that is wrong with the stages: each by itself, and what two of them
// cannot share.
func Validate(stages []Stage) error {
	var errs []error
	stacks, names := map[string]bool{}, map[string]string{}
	for _, s := range stages {
		stack := s.StackName()
		errs = append(errs, s.Validate(), check(!stacks[stack],
			"two stages are named %q in %s: give one of them another name or another region", s.Name, s.Region))
		stacks[stack] = true
		for _, name := range s.Domain.Names {
			errs = append(errs, check(names[name] == "" || names[name] == stack,
				"%s and %s both have the domain name %q: a name leads to one distribution", names[name], stack, name))
			names[name] = stack
		}
	}
	return errors.Join(errs...)
}
