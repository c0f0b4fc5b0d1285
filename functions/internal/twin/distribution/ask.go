package distribution

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

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
	r.Host = r.Header.Get("Host") // the viewer's, if a policy selects it; none means the origin's
	r.Header.Del("Host")
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
