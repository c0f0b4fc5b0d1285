package restapi

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/lambdatest"
)

// maxBody is how large a request may be, in bytes.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxBody = 10 << 20

// request is one on its way to a method.
type request struct {
	api  *API
	http *http.Request
	id   string
	full string // its path, as it was sent
	path string // without the stage
	body []byte

	resource   *resource
	parameters map[string]string

	key, keyID           string // of the API, if one was needed
	accessKey, principal string // of who signed, if one had to
}

func newRequest(a *API, r *http.Request) *request {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") { // a proxy was asked
		path = r.URL.EscapedPath()
	}
	return &request{api: a, http: r, id: lambdatest.NewID(), full: path}
}

func (q *request) readBody() *refused {
	body, err := io.ReadAll(io.LimitReader(q.http.Body, maxBody+1))
	switch {
	case err != nil:
		return &refused{"BAD_REQUEST_BODY", http.StatusBadRequest, "BadRequestException", "Could not read the request's body"}
	case len(body) > maxBody:
		return tooLarge
	}
	q.body = body
	return nil
}

// event is what the function is invoked with. No media type is binary to this
// API, so a body is always text.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
func (q *request) event(now time.Time) []byte {
	headers := q.headers()
	query := q.http.URL.Query()
	event := map[string]any{
		"resource":                        q.resource.path,
		"path":                            q.path,
		"httpMethod":                      q.http.Method,
		"headers":                         last(headers),
		"multiValueHeaders":               headers,
		"queryStringParameters":           orNull(last(query)),
		"multiValueQueryStringParameters": orNull(query),
		"pathParameters":                  orNull(q.parameters),
		"stageVariables":                  nil,
		"requestContext":                  q.context(now),
		"body":                            nil,
		"isBase64Encoded":                 false,
	}
	if len(q.body) > 0 {
		event["body"] = string(q.body)
	}
	text, _ := json.Marshal(event) // text and numbers always marshal
	return text
}

// headers are the request's, and what API Gateway adds of the connection.
func (q *request) headers() http.Header {
	headers := q.http.Header.Clone()
	headers.Set("Host", q.api.Host())
	headers.Set("X-Forwarded-For", strings.TrimPrefix(headers.Get("X-Forwarded-For")+", "+q.ip(), ", "))
	headers.Set("X-Forwarded-Port", "443")
	headers.Set("X-Forwarded-Proto", "https")
	headers.Set("X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000")
	return headers
}

func (q *request) ip() string {
	ip, _, err := net.SplitHostPort(q.http.RemoteAddr)
	if err != nil {
		return q.http.RemoteAddr
	}
	return ip
}

func (q *request) context(now time.Time) map[string]any {
	host := q.api.Host()
	return map[string]any{
		"accountId":        q.api.account,
		"apiId":            q.api.id,
		"domainName":       host,
		"domainPrefix":     q.api.id,
		"httpMethod":       q.http.Method,
		"path":             q.full,
		"protocol":         q.http.Proto,
		"requestId":        q.id,
		"requestTime":      now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
		"requestTimeEpoch": now.UnixMilli(),
		"resourceId":       q.resource.id,
		"resourcePath":     q.resource.path,
		"stage":            q.api.stage,
		"identity": map[string]any{
			"accessKey": orNullText(q.accessKey),
			"apiKey":    orNullText(q.key),
			"apiKeyId":  orNullText(q.keyID),
			"sourceIp":  q.ip(),
			"userAgent": q.http.UserAgent(),
			"userArn":   orNullText(q.principal),
		},
	}
}

// last are the last of several values each.
func last[M ~map[string][]string](all M) map[string]string {
	one := map[string]string{}
	for name, values := range all {
		one[name] = values[len(values)-1]
	}
	return one
}

func orNull[M ~map[string]V, V any](m M) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func orNullText(text string) any {
	if text == "" {
		return nil
	}
	return text
}
