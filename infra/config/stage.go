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
	"time"
)

// A Stage is a service with a name and a place.
type Stage struct {
	// Name distinguishes the stages of an account: lower-case letters and digits, 2–12 characters.
	// It is part of every stack name, so a new name is a new deployment.
	Name string

	// Account is the 12-digit AWS account, or empty for that of the credentials at deploy time. An
	// account that is named guards against deploying with the wrong credentials.
	Account string

	// Region is the home region, where the images and the function live. Viewers are served from
	// everywhere. It has to be known at synth time, because stacks in us-east-1 refer to it.
	Region string

	// Protected refuses to delete the stack until somebody lifts the protection by hand.
	Protected bool

	Domain   Domain
	Firewall Firewall
	Watch    Watch
	Service  Service
}

// Domain is how viewers reach the distribution. Default none: by CloudFront's own name.
type Domain struct {
	// Names are the host names, such as images.example.com. No other distribution anywhere may have
	// them.
	Names []string

	// Certificate is the ARN of a certificate in us-east-1 for all of the names. Their DNS is then
	// the operator's.
	Certificate string

	// Zone is the Route 53 zone that the names are in: the stack makes and validates the certificate
	// there, and the names' records. Instead of Certificate.
	Zone Zone
}

// A Zone is a public hosted zone of Route 53.
type Zone struct {
	ID   string // such as Z0123456789ABCDEFGHIJ
	Name string // such as example.com
}

// Firewall is a web ACL before the cache.
type Firewall struct {
	// On adds one: it refuses addresses that AWS knows for attacks, and those that ask too often.
	// Default off: it costs $7 a month and $0.60 for each million requests, cached ones included
	// (https://aws.amazon.com/waf/pricing/, 2026-11).
	On bool

	// Rate is the most requests in five minutes from one address, 10 to 2,000,000,000. Default 0,
	// for 10,000: a page of a hundred images every three seconds.
	Rate int
}

// Watch is what is seen from us-east-1, besides CloudFront's alarms.
type Watch struct {
	// Budget is the amount in US dollars a month at whose 80 % a mail is sent. Default 0, for none.
	// It counts what carries the stage's tag, once the account has activated it for cost allocation.
	Budget int

	// Logs is how long CloudFront's access logs are kept, in whole days. Default 0, which writes none.
	Logs time.Duration
}

// StackName is the name of the stack in the stage's home region. It holds the region, so that a stage
// may be in several of one account: their other stacks are all in us-east-1.
func (s Stage) StackName() string { return "primrose-" + s.Name + "-" + s.Region }

// Stages are the deployments that `cdk synth` makes.
func Stages() []Stage { return []Stage{Dev(), Prod()} }

// Dev is for trying changes: everything ages fast, one region of edges, little burst.
func Dev() Stage {
	s := Default()
	s.Originals.Undo = 7 * Day
	s.Variants.Expiry = 7 * Day
	s.Image.LogRetention = 7 * Day
	s.API = API{Rate: 100, Burst: 50, KeyVersion: 1, Logs: NoAPILogs}
	s.Edge.PriceClass = PriceClass100
	return Stage{Name: "dev", Region: "eu-central-1", Service: s}
}

// Prod is the default service, protected.
func Prod() Stage {
	return Stage{Name: "prod", Region: "eu-central-1", Protected: true, Service: Default()}
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
		s.Service.Validate(),
	)
	if err != nil {
		return fmt.Errorf("stage %q:\n%w", s.Name, err)
	}
	return nil
}

// Validate reports everything that is wrong with the stages, names that are used twice included.
func Validate(stages []Stage) error {
	var errs []error
	seen := map[string]bool{}
	for _, s := range stages {
		errs = append(errs, s.Validate(),
			check(!seen[s.Name], "two stages are named %q: in a second region, too, a stage wants a name of its own", s.Name))
		seen[s.Name] = true
	}
	return errors.Join(errs...)
}

// check turns a broken condition into an error.
func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}
