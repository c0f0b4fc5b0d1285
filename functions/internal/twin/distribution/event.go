package distribution

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The shapes of a function's event.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
type (
	event struct {
		Version string       `json:"version"`
		Context eventContext `json:"context"`
		Viewer  eventViewer  `json:"viewer"`
		Request eventRequest `json:"request"`

		query string // as sent
	}

	eventContext struct {
		DistributionDomainName string `json:"distributionDomainName"`
		DistributionID         string `json:"distributionId"`
		EventType              string `json:"eventType"`
		RequestID              string `json:"requestId"`
	}

	eventViewer struct {
		IP string `json:"ip"`
	}

	eventRequest struct {
		Method      string `json:"method"`
		URI         string `json:"uri"`
		QueryString fields `json:"querystring"`
		Headers     fields `json:"headers"`
		Cookies     fields `json:"cookies"`
	}

	fields map[string]field // those of headers by their names in lower case

	field struct {
		Value      string  `json:"value"`
		MultiValue []field `json:"multiValue,omitempty"` // where there are several
	}
)

// add adds a value. The field's own is the first.
func (f fields) add(name, value string) {
	known, ok := f[name]
	switch {
	case !ok:
		f[name] = field{Value: value}
		return
	case known.MultiValue == nil:
		known.MultiValue = []field{{Value: known.Value}}
	}
	known.MultiValue = append(known.MultiValue, field{Value: value})
	f[name] = known
}

func (f field) values() []string {
	if f.MultiValue == nil {
		return []string{f.Value}
	}
	var all []string
	for _, one := range f.MultiValue {
		all = append(all, one.Value)
	}
	return all
}

func newEvent(d *Distribution, q *request, host string) event {
	return event{
		Version: "1.0",
		Context: eventContext{d.Domain, d.ID, "viewer-request", q.id},
		Viewer:  eventViewer{q.ip},
		Request: eventRequest{q.method, q.path, pairsOf(q.query, "&"), headersOf(q, host), pairsOf(strings.Join(q.header["Cookie"], "; "), "; ")},
		query:   q.query,
	}
}

func pairsOf(text, separator string) fields {
	f := fields{}
	for pair := range strings.SplitSeq(text, separator) {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			f.add(name, value)
		}
	}
	return f
}

func headersOf(q *request, host string) fields {
	f := fields{"host": {Value: host}}
	for name, values := range q.header {
		if name = strings.ToLower(name); name == "cookie" || matchesAny(disallowed, name) {
			continue
		}
		for _, value := range values {
			f.add(name, value)
		}
	}
	return f
}

// Headers that functions don't see and may not add, as patterns, and those that they may not change.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
var (
	disallowed = strings.Fields(`connection expect keep-alive proxy-authenticate proxy-authorization proxy-connection trailer upgrade
		x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect x-amz-cf-* x-amzn-auth x-amzn-cf-billing x-amzn-cf-id
		x-amzn-cf-xff x-amzn-errortype x-amzn-fle-profile x-amzn-header-count x-amzn-header-order x-amzn-lambda-integration-tag
		x-amzn-requestid x-cache x-edge-* x-forwarded-proto x-real-ip`)
	readOnly = strings.Fields(`cdn-loop content-length host transfer-encoding via`)
)

// A header's name, which functions write in lower case, and its value.
// https://www.rfc-editor.org/rfc/rfc9110#section-5
var (
	headerName  = regexp.MustCompile("^[a-z0-9!#$%&'*+.^_`|~-]+$")
	headerValue = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
)

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, name)
		return matched
	})
}

// rewrite makes a viewer's request the one that the function returned.
func (o outcome) rewrite(q *request, host string) error {
	was := headersOf(q, host)
	for _, name := range readOnly {
		if !slices.Equal(was[name].values(), o.Result.Headers[name].values()) {
			return fmt.Errorf("it changed the header %s, which may only be read", name)
		}
	}
	header, err := o.header()
	switch {
	case err != nil:
		return err
	case o.Result.Method != q.method:
		return errors.New("it changed the method, which may only be read")
	case !strings.HasPrefix(o.Result.URI, "/") || strings.ContainsAny(o.Result.URI, "?# \r\n"):
		return fmt.Errorf("it set the URI %q", o.Result.URI)
	case len(o.Result.URI+o.Query) >= maxURL || strings.ContainsAny(o.Query, "# \r\n"):
		return fmt.Errorf("it set a query of %d bytes, or one that has other characters than a query may", len(o.Query))
	}
	header.Del("Host")
	for _, name := range disallowed {
		if values, ok := q.header[textproto.CanonicalMIMEHeaderKey(name)]; ok {
			header[textproto.CanonicalMIMEHeaderKey(name)] = values // it never saw them
		}
	}
	if sent := o.cookies(); sent != "" {
		header.Set("Cookie", sent)
	}
	q.path, q.query, q.header = o.Result.URI, o.Query, header
	return nil
}

func (o outcome) cookies() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(o.Result.Cookies)) {
		for _, value := range o.Result.Cookies[name].values() {
			pairs = append(pairs, name+"="+value)
		}
	}
	return strings.Join(pairs, "; ")
}

// header are the headers that the function returned, if it may set them.
func (o outcome) header() (http.Header, error) {
	header := http.Header{}
	for name, f := range o.Result.Headers {
		if !headerName.MatchString(name) || matchesAny(disallowed, name) {
			return nil, fmt.Errorf("it set the header %q, which it may not", name)
		}
		for _, value := range f.values() {
			if !headerValue.MatchString(value) {
				return nil, fmt.Errorf("it set the header %s to %q", name, value)
			}
			header.Add(name, value)
		}
	}
	return header, nil
}

// response is the function's own answer. Its body is a text, or an object that says how it is encoded.
func (o outcome) response() (*answer, error) {
	status := *o.Result.StatusCode
	if status < 200 || status > 599 {
		return nil, fmt.Errorf("it answered with the status %d", status)
	}
	header, err := o.header()
	if err != nil {
		return nil, err
	}
	body, err := o.body()
	if err != nil {
		return nil, err
	}
	return &answer{response: response{status: status, header: header, body: body, length: int64(len(body))}}, nil
}

func (o outcome) body() ([]byte, error) {
	if len(o.Result.Body) == 0 || string(o.Result.Body) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(o.Result.Body, &text) == nil {
		return []byte(text), nil
	}
	var encoded struct{ Encoding, Data string }
	if err := json.Unmarshal(o.Result.Body, &encoded); err != nil {
		return nil, err
	}
	switch encoded.Encoding {
	case "text":
		return []byte(encoded.Data), nil
	case "base64":
		return base64.StdEncoding.DecodeString(encoded.Data)
	}
	return nil, fmt.Errorf("its body is encoded by %q", encoded.Encoding)
}
