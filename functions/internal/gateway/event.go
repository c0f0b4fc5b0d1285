package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"primrose/functions/internal/problem"
)

// event is what is used of API Gateway's proxy event of a REST API.
type event struct {
	Method            string              `json:"httpMethod"`
	Path              string              `json:"path"` // still percent-encoded
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	Base64            bool                `json:"isBase64Encoded"`
	Context           struct {
		Identity struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
	} `json:"requestContext"`
}

// parseEvent reports whether the payload is a REST API's event, which is
// told by its method.
func parseEvent(payload []byte) (event, bool) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return event{}, false
	}
	return e, e.Method != "" && strings.HasPrefix(e.Path, "/")
}

// request returns the event as a server would have read it. The path keeps
// its encoding in RequestURI, to be decoded once, by whoever understands it.
// There is no query: the edge has made it a part of the path.
func (e event) request(ctx context.Context) *http.Request {
	target, err := url.ParseRequestURI(e.Path)
	if err != nil {
		target = &url.URL{Path: e.Path}
	}
	header := e.header()
	request := &http.Request{
		Method:     e.Method,
		URL:        target,
		RequestURI: e.Path,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     header,
		Host:       header.Get("Host"),
		RemoteAddr: e.Context.Identity.SourceIP,
		Body:       http.NoBody,
	}
	return request.WithContext(ctx)
}

func (e event) header() http.Header {
	header := http.Header{}
	for name, value := range e.Headers {
		header.Set(name, value)
	}
	for name, values := range e.MultiValueHeaders { // where given, it has all that Headers has
		header.Del(name)
		for _, value := range values {
			header.Add(name, value)
		}
	}
	return header
}

func (e event) body() (json.RawMessage, error) {
	if !e.Base64 {
		return json.RawMessage(e.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(e.Body)
	if err != nil {
		return nil, problem.New(problem.BadRequest, "the body is not valid base64").Because(err)
	}
	return body, nil
}
