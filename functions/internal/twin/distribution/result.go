package distribution

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// result is what a function returned: a request, or with a status a response.
type result struct {
	Method     string
	URI        string
	Headers    fields
	Cookies    fields
	StatusCode *int
	Body       json.RawMessage
}

// apply makes of a viewer's request the one that was returned. If it is a response, that is the answer.
func (o outcome) apply(q *request, host string) (*answer, error) {
	var r *result
	if err := json.Unmarshal(o.Result, &r); err != nil {
		return nil, err
	}
	switch {
	case r == nil:
		return nil, errors.New("it returned nothing")
	case r.StatusCode != nil:
		return r.response()
	}
	return nil, r.rewrite(q, host, o.Query)
}

// A header's name, which functions write in lower case, and its value.
// https://www.rfc-editor.org/rfc/rfc9110#section-5
var (
	headerName  = regexp.MustCompile("^[a-z0-9!#$%&'*+.^_`|~-]+$")
	headerValue = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
)

// rewrite makes a viewer's request the one that the function returned.
func (r result) rewrite(q *request, host, query string) error {
	was := headersOf(q, host)
	for _, name := range readOnly {
		if !slices.Equal(was[name].values(), r.Headers[name].values()) {
			return fmt.Errorf("it changed the header %s, which may only be read", name)
		}
	}
	header, err := r.header()
	switch {
	case err != nil:
		return err
	case r.Method != q.method:
		return errors.New("it changed the method, which may only be read")
	case !strings.HasPrefix(r.URI, "/") || strings.ContainsAny(r.URI, "?# \r\n"):
		return fmt.Errorf("it set the URI %q", r.URI)
	case len(r.URI+query) >= maxURL || strings.ContainsAny(query, "# \r\n"):
		return fmt.Errorf("it set a query of %d bytes, or one that has other characters than a query may", len(query))
	}
	header.Del("Host")
	if sent := r.cookies(); sent != "" {
		header.Set("Cookie", sent)
	}
	q.path, q.query, q.header = r.URI, query, header
	return nil
}

func (r result) cookies() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(r.Cookies)) {
		for _, value := range r.Cookies[name].values() {
			pairs = append(pairs, name+"="+value)
		}
	}
	return strings.Join(pairs, "; ")
}

// header are the headers that the function returned, if it may set them.
func (r result) header() (http.Header, error) {
	header := http.Header{}
	for name, f := range r.Headers {
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
func (r result) response() (*answer, error) {
	status := *r.StatusCode
	if status < 200 || status > 599 {
		return nil, fmt.Errorf("it answered with the status %d", status)
	}
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	return &answer{
		response: response{status: status, header: header, body: body, length: int64(len(body))},
		result:   "FunctionGeneratedResponse",
	}, nil
}

func (r result) body() ([]byte, error) {
	if len(r.Body) == 0 || string(r.Body) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(r.Body, &text) == nil {
		return []byte(text), nil
	}
	var encoded struct{ Encoding, Data string }
	if err := json.Unmarshal(r.Body, &encoded); err != nil {
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
