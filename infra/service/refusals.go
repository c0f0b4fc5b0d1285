package service

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
)

// A refusal is what the API answers by itself to a request that it doesn't hand to the function, or
// that the function doesn't answer. It is a problem like the function's own.
//
// Viewers get it through the edge. CloudFront keeps a 403 or a 5xx for as long as [shortErrors] says,
// and a 413 or a 429 not at all. None of them makes it ask another origin: the API is the last.
type refusal struct {
	kinds  []awsapigateway.ResponseType
	status int // 0: the API's own, which only it knows
	code   string
	detail string
	again  int // in so many seconds it may be answered; 0: it won't
}

// refusals are all. The first two are those of any kind that is not among the others; a status of
// theirs would be everybody's. Among those is INTEGRATION_FAILURE, for which AWS's table says 504: it is
// sent with 500 or 502, as when a function ends without an answer, and keeps that.
// https://github.com/DataBiosphere/azul/issues/7470
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
func refusals() []refusal {
	return []refusal{
		{kinds: kinds(awsapigateway.ResponseType_DEFAULT_4XX()), code: "bad_request", detail: "the API does not take this request"},
		{kinds: kinds(awsapigateway.ResponseType_DEFAULT_5XX()), code: "internal", detail: "something went wrong on our side; try again", again: 5},
		{kinds: kinds(awsapigateway.ResponseType_REQUEST_TOO_LARGE()), status: http.StatusRequestEntityTooLarge, code: "original_too_large",
			detail: "the event is larger than the 6 MB that Lambda takes; put the image where the originals are, and ask for a variant by URL"},
		{kinds: kinds(awsapigateway.ResponseType_THROTTLED(), awsapigateway.ResponseType_QUOTA_EXCEEDED()), status: http.StatusTooManyRequests,
			code: "overloaded", detail: "more is asked for than may be; try again", again: 1},
		{kinds: kinds(awsapigateway.ResponseType_INTEGRATION_TIMEOUT()), status: http.StatusGatewayTimeout,
			code: "internal", detail: "the image function did not answer in time; try again", again: 5},
		{kinds: kinds(awsapigateway.ResponseType_INVALID_API_KEY(), awsapigateway.ResponseType_MISSING_AUTHENTICATION_TOKEN(),
			awsapigateway.ResponseType_ACCESS_DENIED(), awsapigateway.ResponseType_EXPIRED_TOKEN(), awsapigateway.ResponseType_INVALID_SIGNATURE()),
			status: http.StatusForbidden, code: "forbidden", detail: "the API answers the edge, and whom IAM permits to invoke it"},
	}
}

func kinds(all ...awsapigateway.ResponseType) []awsapigateway.ResponseType { return all }

func addRefusals(rest awsapigateway.RestApi) {
	for _, r := range refusals() {
		for _, kind := range r.kinds {
			rest.AddGatewayResponse(kind.ResponseType(), &awsapigateway.GatewayResponseOptions{
				Type:            kind,
				StatusCode:      r.statusCode(),
				ResponseHeaders: r.headers(),
				Templates:       &map[string]*string{"application/json": new(r.body())}, // what a request without Accept gets, as the edge's are
			})
		}
	}
}

func (r refusal) statusCode() *string {
	if r.status == 0 {
		return nil
	}
	return new(strconv.Itoa(r.status))
}

// headers are literals, as the quotes tell the API. No cache keeps what it answers for longer than
// until it may answer otherwise.
func (r refusal) headers() *map[string]*string {
	headers := map[string]*string{
		"Content-Type":           new("'application/problem+json'"),
		"Cache-Control":          new(fmt.Sprintf("'public, max-age=%d'", cmp.Or(r.again, 5))),
		"X-Content-Type-Options": new("'nosniff'"),
	}
	if r.again > 0 {
		headers["Retry-After"] = new(fmt.Sprintf("'%d'", r.again))
	}
	return &headers
}

// body is the problem, which leaves out what it doesn't know.
func (r refusal) body() string {
	text, _ := json.Marshal(struct { // strings and a number always marshal
		Title  string `json:"title,omitempty"`
		Status int    `json:"status,omitempty"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}{http.StatusText(r.status), r.status, r.code, r.detail})
	return string(text)
}
