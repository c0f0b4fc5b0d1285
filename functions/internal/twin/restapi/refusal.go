package restapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"primrose/functions/internal/twin/template"
)

// kind is a type of gateway response.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
type kind string

// refused is why the API answers by itself.
type refused struct {
	kind    kind
	status  int
	code    string // of the header x-amzn-ErrorType
	message string
}

// What Lambda refuses to invoke is the API's misconfiguration, and 500; a
// function that fails or answers what is no answer, 502.
// https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
var (
	missingToken  = &refused{"MISSING_AUTHENTICATION_TOKEN", http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token"}
	badKey        = &refused{"INVALID_API_KEY", http.StatusForbidden, "ForbiddenException", "Forbidden"}
	throttled     = &refused{"THROTTLED", http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests"}
	tooLarge      = &refused{"REQUEST_TOO_LARGE", http.StatusRequestEntityTooLarge, "RequestTooLargeException", "Request Too Long"}
	misconfigured = &refused{"API_CONFIGURATION_ERROR", http.StatusInternalServerError, "InternalServerErrorException", "Internal server error"}
	failed        = &refused{"INTEGRATION_FAILURE", http.StatusBadGateway, "InternalServerErrorException", "Internal server error"}
	late          = &refused{"INTEGRATION_TIMEOUT", http.StatusGatewayTimeout, "InternalServerErrorException", "Endpoint request timed out"}
)

// refusal is a gateway response as the template has it.
type refusal struct {
	status int // 0: the kind's own
	header http.Header
	body   string // of application/json; "" means the default
}

const headerPrefix = "gatewayresponse.header."

// message is the one variable of a template's language that is understood.
const message = "$context.error.messageString"

func (a *API) addRefusals(stack *template.Stack, deployed func(id string) bool) error {
	a.refusals = map[kind]refusal{}
	all, err := template.All[refusalProperties](stack, "AWS::ApiGateway::GatewayResponse")
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range all {
		made, err := newRefusal(t.Properties)
		if t.Properties.RestApiId != a.id {
			err = errors.Join(err, errors.New("its API is not here"))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t, err))
		}
		if deployed(t.ID) {
			a.refusals[kind(t.Properties.ResponseType)] = made
		}
	}
	return errors.Join(errs...)
}

func newRefusal(p refusalProperties) (refusal, error) {
	r := refusal{header: http.Header{}}
	if p.ResponseType == "" {
		return r, errors.New("it has no ResponseType")
	}
	if p.StatusCode != "" {
		status, err := strconv.Atoi(p.StatusCode)
		if err != nil {
			return r, fmt.Errorf("StatusCode is %q", p.StatusCode)
		}
		r.status = status
	}
	for name, value := range p.ResponseParameters {
		header, isHeader := strings.CutPrefix(name, headerPrefix)
		if !isHeader || len(value) < 2 || value[0] != '\'' || value[len(value)-1] != '\'' {
			return r, fmt.Errorf("the response parameter %s is %s; only quoted headers are understood", name, value)
		}
		r.header.Set(header, value[1:len(value)-1])
	}
	for contentType, body := range p.ResponseTemplates {
		if contentType != "application/json" {
			return r, fmt.Errorf("a response template for %s is not understood, only for application/json", contentType)
		}
		if strings.ContainsAny(strings.ReplaceAll(body, message, ""), "$#") {
			return r, fmt.Errorf("the response template %s holds more than text and %s", body, message)
		}
		r.body = body
	}
	return r, nil
}

// refuse answers as the template says of this kind, or of all of its class.
func (a *API) refuse(w http.ResponseWriter, r *refused) {
	custom, ok := a.refusals[r.kind]
	class := a.refusals[kind(fmt.Sprintf("DEFAULT_%dXX", r.status/100))]
	if !ok {
		custom = class
	}
	status := r.status
	if class.status != 0 { // everybody's, see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
		status = class.status
	}
	if custom.status != 0 {
		status = custom.status
	}
	text, _ := json.Marshal(r.message) // a string always marshals
	body := fmt.Sprintf(`{"message":%s}`, text)
	if custom.body != "" {
		body = strings.ReplaceAll(custom.body, message, string(text))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", r.code)
	maps.Copy(w.Header(), custom.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write([]byte(body))
}

// unknown answers where no stage is meant, so that none of its API's responses
// are known either.
func (a *API) unknown(w http.ResponseWriter) {
	(&API{}).refuse(w, badKey)
}
