package distribution

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
)

// request is a viewer's, as the function leaves it.
type request struct {
	id, ip      string
	host        string // by which the viewer asks
	method      string
	path, query string // as sent
	header      http.Header
	body        []byte
}

// Limits in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const (
	maxURL     = 8192
	maxRequest = 20480
)

// newRequest reads a viewer's request. Of one that CloudFront takes from nobody, it returns the refusal.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
func newRequest(r *http.Request, id string) (*request, *answer) {
	q := &request{id: id, host: r.Host, method: r.Method, header: r.Header.Clone()}
	q.path, q.query, _ = strings.Cut(r.RequestURI, "?")
	q.ip, _, _ = net.SplitHostPort(r.RemoteAddr)
	size := len(r.Method) + len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	switch {
	case len("https://"+r.Host+r.RequestURI) > maxURL || size > maxRequest:
		return nil, refusal(http.StatusRequestEntityTooLarge, "The request or its URL is too long.")
	case !strings.HasPrefix(q.path, "/"):
		return nil, refusal(http.StatusBadRequest, "Bad request.")
	case r.Method == http.MethodGet && r.ContentLength != 0:
		return nil, refusal(http.StatusForbidden, "Bad request.") // a body
	}
	var err error
	if q.body, err = io.ReadAll(r.Body); err != nil {
		return nil, refusal(http.StatusBadRequest, "Bad request.")
	}
	return q, nil
}

// always are headers that reach an origin whatever the policies say.
var always = []string{"If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Range"}

// never are headers that reach no origin though a policy may select them.
var never = []string{"Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Forwarded-Proto", "X-Http-Method-Override", "X-Real-Ip"}

// forOrigin is what an origin is asked: what the policies select, and nothing else of the viewer's.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
func (b *behavior) forOrigin(q *request, domain string) originRequest {
	key, policy := b.cache.forwarded, forwarded{}
	if b.forward != nil {
		policy = *b.forward
	}
	chosen := either(key.headers, policy.headers)
	to := originRequest{
		method: q.method,
		path:   q.path,
		query:  query(q.query, either(key.queries, policy.queries)),
		header: header(q.header, chosen),
		body:   q.body,
	}
	for _, name := range never {
		delete(to.header, name)
	}
	for _, name := range always {
		if values, ok := q.header[name]; ok {
			to.header[name] = values
		}
	}
	if chosen("Host") {
		to.header.Set("Host", q.host)
	}
	if sent := cookies(q.header, either(key.cookies, policy.cookies)); sent != "" {
		to.header.Set("Cookie", sent)
	}
	if len(q.body) > 0 {
		to.header["Content-Type"] = q.header["Content-Type"]
	}
	to.header.Set("Via", "2.0 "+domain+" (CloudFront)")
	to.header.Set("X-Amz-Cf-Id", q.id)
	to.header.Set("X-Forwarded-For", strings.Join(append(slices.Clone(q.header["X-Forwarded-For"]), q.ip), ", "))
	if !chosen("User-Agent") {
		to.header.Set("User-Agent", "Amazon CloudFront")
	}
	return to
}
