package distribution

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
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

// originRequest is what any origin is asked for one viewer's request.
type originRequest struct {
	method, path, query string
	header              http.Header
	body                []byte
}

// response is an origin's answer.
type response struct {
	status int
	header http.Header
	body   []byte
	length int64 // of the body, or of what a GET would get; -1 if the origin did not say
	cut    bool  // whether the connection broke before the body's end
}

// fault is why there is no answer of an origin. It has the status that the viewer gets for it, and the
// one by which a group has to be told to ask its next origin.
type fault struct {
	error
	status, failover int
}

// ask tries to get an answer as often as the origin may be connected to. Only requests that change
// nothing are repeated.
func (o *origin) ask(ctx context.Context, network http.RoundTripper, source string, q originRequest) (*response, *fault) {
	attempts := o.attempts
	if q.method != http.MethodGet && q.method != http.MethodHead {
		attempts = 1
	}
	for {
		res, failed := o.try(ctx, network, source, q)
		if attempts--; failed == nil || attempts == 0 || ctx.Err() != nil {
			return res, failed
		}
	}
}

func (o *origin) try(ctx context.Context, network http.RoundTripper, source string, q originRequest) (*response, *fault) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if o.access {
		ctx = withSource(ctx, source)
	}
	patience := time.AfterFunc(o.connect, func() { cancel(errSilent) })
	defer patience.Stop()
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		connected = true
		patience.Reset(o.read)
	}})
	r, err := o.request(ctx, q)
	if err != nil {
		return nil, &fault{err, http.StatusBadRequest, 0}
	}
	res, err := network.RoundTrip(r)
	if err != nil {
		return nil, faultOf(ctx, err, connected)
	}
	defer res.Body.Close()
	answer := &response{status: res.StatusCode, header: res.Header, length: res.ContentLength}
	answer.body, err = io.ReadAll(&patientReader{res.Body, patience, o.read})
	if err != nil && len(answer.body) == 0 {
		return nil, faultOf(ctx, err, true)
	}
	answer.cut = err != nil
	o.strip(answer.header)
	return answer, nil
}

// strip takes from an answer what is no part of the object, or is S3's own.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorS3Origin.html
func (o *origin) strip(h http.Header) {
	for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "X-Cache"} {
		h.Del(name)
	}
	if o.bucket {
		h.Del("X-Amz-Id-2")
		h.Del("X-Amz-Request-Id")
	}
}

func (o *origin) request(ctx context.Context, q originRequest) (*http.Request, error) {
	raw := o.path + q.path
	decoded, err := url.PathUnescape(raw)
	if err != nil {
		return nil, err
	}
	to := &url.URL{Scheme: "https", Host: o.host, Path: decoded, RawPath: raw, RawQuery: q.query}
	r, err := http.NewRequestWithContext(ctx, q.method, to.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	r.URL = to
	r.Header = q.header.Clone()
	for name, values := range o.header {
		r.Header[name] = values
	}
	return r, nil
}

// errSilent is the cause of a context that ended because an origin said nothing.
var errSilent = errors.New("the origin did not answer in time")

// faultOf tells an origin that could not be reached from one that went silent. A group is told of the
// former by 503 and of the latter by 504.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-504-gateway-timeout.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-bad-gateway.html
func faultOf(ctx context.Context, err error, connected bool) *fault {
	f := &fault{err, http.StatusBadGateway, http.StatusBadGateway}
	if errors.Is(context.Cause(ctx), errSilent) {
		f = &fault{errSilent, http.StatusGatewayTimeout, http.StatusGatewayTimeout}
	}
	if !connected {
		f.failover = http.StatusServiceUnavailable
	}
	return f
}

// patientReader waits anew for each part.
type patientReader struct {
	io.Reader
	patience *time.Timer
	wait     time.Duration
}

func (r *patientReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.patience.Reset(r.wait)
	return n, err
}

type sourceKey struct{}

func withSource(ctx context.Context, source string) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// Source says of a request to an origin whether it has to be signed as cloudfront.amazonaws.com, and on
// behalf of which distribution: its ARN is the request's aws:SourceArn.
func Source(ctx context.Context) (arn string, signed bool) {
	arn, signed = ctx.Value(sourceKey{}).(string)
	return arn, signed
}
