package config

import (
	"errors"
	"regexp"
	"strings"
)

// Domain is how viewers reach the distribution. Default none: by CloudFront's own name.
type Domain struct {
	// Names are the host names, such as images.example.com, in lower case. Default none. No other
	// distribution anywhere may have them. The first is the one that is told about.
	Names []string

	// Certificate is the ARN of a certificate in us-east-1 for all of the names. Their DNS is then
	// the operator's. Default empty.
	Certificate string

	// Zone is the Route 53 zone that the names are in: the stack makes and validates the certificate
	// there, and the names' records. Default none; instead of Certificate.
	Zone Zone
}

// A Zone is a public hosted zone of Route 53, in the stage's account.
type Zone struct {
	ID   string // such as Z0123456789ABCDEFGHIJ
	Name string // such as example.com
}

const (
	mostCertified = 10  // names on one certificate, without a higher quota: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
	mostNames     = 100 // of one distribution: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
	longestFirst  = 64  // characters of a certificate's first name, which is its common name
	longestName   = 253 // characters of any host name
)

var (
	hostName       = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
	zoneID         = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	certificateARN = regexp.MustCompile(`^arn:aws:acm:([a-z0-9-]+):([0-9]{12}):certificate/[0-9a-f-]{36}$`)
)

func (d Domain) validate(account string) error {
	if len(d.Names) == 0 {
		return check(d.Certificate == "" && d.Zone == Zone{},
			"Domain has a certificate or a zone, but no Names: name the hosts, or leave all of it empty")
	}
	errs := []error{
		check((d.Certificate == "") != (d.Zone == Zone{}),
			"Domain has names, and wants exactly one of Certificate (your own, and you do the DNS) and Zone (all is made there)"),
		check(len(d.Names) <= mostNames, "Domain.Names has %d names: CloudFront takes %d", len(d.Names), mostNames),
		distinct("Domain.Names", d.Names),
	}
	for i, name := range d.Names {
		errs = append(errs, check(isHost(name), "Domain.Names[%d] is %q: use a host name in lower case, such as images.example.com", i, name))
	}
	if d.Certificate != "" {
		errs = append(errs, d.validateCertificate(account))
	}
	if d.Zone != (Zone{}) {
		errs = append(errs, d.validateZone())
	}
	return errors.Join(errs...)
}

func (d Domain) validateCertificate(account string) error {
	parts := certificateARN.FindStringSubmatch(d.Certificate)
	if parts == nil {
		return check(false, "Domain.Certificate is %q: use the ARN of a certificate of ACM", d.Certificate)
	}
	return errors.Join(
		check(parts[1] == EdgeRegion, "Domain.Certificate is in %s: CloudFront takes only those in %s, request one there", parts[1], EdgeRegion),
		check(account == "" || parts[2] == account,
			"Domain.Certificate is of account %s, and the stage of %s: use one of the stage's account", parts[2], account),
	)
}

func (d Domain) validateZone() error {
	errs := []error{
		check(zoneID.MatchString(d.Zone.ID), "Domain.Zone.ID is %q: use the id of a hosted zone, such as Z0123456789ABCDEFGHIJ", d.Zone.ID),
		check(isHost(d.Zone.Name), "Domain.Zone.Name is %q: use the zone's domain in lower case, such as example.com", d.Zone.Name),
		check(len(d.Names) <= mostCertified,
			"Domain.Names has %d names: ACM puts %d on a certificate, use a Certificate of your own for more", len(d.Names), mostCertified),
		check(len(d.Names[0]) <= longestFirst,
			"Domain.Names[0] has %d characters: a certificate's first name has at most %d, put a shorter one first", len(d.Names[0]), longestFirst),
	}
	for i, name := range d.Names {
		errs = append(errs, check(name == d.Zone.Name || strings.HasSuffix(name, "."+d.Zone.Name),
			"Domain.Names[%d] is %q, which is not in the zone %q: name the zone that it is in, or use a Certificate", i, name, d.Zone.Name))
	}
	return errors.Join(errs...)
}

func isHost(name string) bool { return len(name) <= longestName && hostName.MatchString(name) }
