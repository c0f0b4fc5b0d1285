package distribution

import (
	"path"
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

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, name)
		return matched
	})
}
