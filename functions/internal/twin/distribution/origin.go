package distribution

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/twin/template"
)

// origin is where objects come from.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
type origin struct {
	host, path    string
	header        http.Header // added to each request, in the place of the viewer's
	bucket        bool
	access        bool // whether requests are signed
	attempts      int
	connect, read time.Duration // the longest waits for a connection, and for each part of an answer
}

// What origins are that say nothing else.
const (
	usualAttempts = 3
	usualConnect  = 10 // seconds
	usualRead     = 30 // seconds; always that of a bucket
)

func newOrigins(stack *template.Stack, c distributionConfig) (map[string]group, error) {
	accesses, err := policies(stack, "AWS::CloudFront::OriginAccessControl", newAccess)
	if err != nil {
		return nil, err
	}
	origins := map[string]group{}
	for _, o := range c.Origins {
		one, err := newOrigin(o, accesses)
		if _, twice := origins[o.Id]; twice {
			err = errors.Join(err, errors.New("the Id is another's, too"))
		}
		if err != nil {
			return nil, fmt.Errorf("the origin %q: %w", o.Id, err)
		}
		origins[o.Id] = group{members: []*origin{one}}
	}
	return origins, addGroups(origins, c)
}

// newAccess says whether requests are signed: always, or never. In between, a viewer's own signature
// would have to be let through.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
func newAccess(p accessProperties) (signs bool, err error) {
	c := p.OriginAccessControlConfig
	if c.OriginAccessControlOriginType != "s3" || c.SigningProtocol != "sigv4" || c.SigningBehavior != "always" && c.SigningBehavior != "never" {
		return false, fmt.Errorf("it signs %q for %q by %q", c.SigningBehavior, c.OriginAccessControlOriginType, c.SigningProtocol)
	}
	return c.SigningBehavior == "always", nil
}

func newOrigin(c originConfig, accesses map[string]bool) (*origin, error) {
	o := &origin{
		host: c.DomainName, path: c.OriginPath, header: http.Header{}, bucket: c.S3OriginConfig != nil,
		attempts: valueOr(c.ConnectionAttempts, usualAttempts),
		connect:  seconds(valueOr(c.ConnectionTimeout, usualConnect)),
		read:     seconds(usualRead),
	}
	for _, h := range c.OriginCustomHeaders {
		o.header.Set(h.HeaderName, h.HeaderValue)
	}
	if c.OriginAccessControlId != "" {
		if err := find(accesses, "OriginAccessControlId", c.OriginAccessControlId, &o.access); err != nil {
			return nil, err
		}
	}
	if c.CustomOriginConfig != nil {
		o.read = seconds(valueOr(c.CustomOriginConfig.OriginReadTimeout, usualRead))
	}
	return o, errors.Join(o.check(), c.check())
}

func (o *origin) check() error {
	switch {
	case o.host == "" || strings.ContainsAny(o.host, "/:"):
		return fmt.Errorf("DomainName is %q", o.host)
	case o.path != "" && (!strings.HasPrefix(o.path, "/") || strings.HasSuffix(o.path, "/")):
		return fmt.Errorf("OriginPath is %q: it begins with a slash and ends with none", o.path)
	case o.attempts < 1 || o.attempts > 3 || o.connect < seconds(1) || o.connect > seconds(10):
		return fmt.Errorf("it is connected to %d times for %s", o.attempts, o.connect)
	case o.read < seconds(1):
		return fmt.Errorf("it is waited for for %s", o.read)
	case o.access && !o.bucket:
		return errors.New("an origin access control for S3 does not go with CustomOriginConfig")
	}
	return nil
}

func (c originConfig) check() error {
	custom, bucket := c.CustomOriginConfig, c.S3OriginConfig
	switch {
	case (custom == nil) == (bucket == nil):
		return errors.New("it has to have one of S3OriginConfig and CustomOriginConfig")
	case bucket != nil && bucket.OriginAccessIdentity != "":
		return errors.New("OriginAccessIdentity is not understood; an origin access control is")
	case custom != nil && (custom.OriginProtocolPolicy != "https-only" || !slices.Contains(custom.OriginSSLProtocols, "TLSv1.2")):
		return fmt.Errorf("it is asked by %q and %s; https-only and TLSv1.2 are understood", custom.OriginProtocolPolicy, custom.OriginSSLProtocols)
	}
	return nil
}

func valueOr(given *int, usual int) int {
	if given == nil {
		return usual
	}
	return *given
}
