package account

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"primrose/functions/internal/twin/sigv4"
)

// Error is what a service says of a request that it refuses.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// invalid is what CloudFormation says of most that is wrong.
func invalid(format string, args ...any) error {
	return &Error{"ValidationError", fmt.Sprintf(format, args...)}
}

// action answers one, by its name and parameters.
type action func(name string, parameters url.Values) (result any, err error)

// query speaks the Query protocol: a form is asked, XML answers.
//
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func query(w http.ResponseWriter, body []byte, act action) {
	parameters, err := url.ParseQuery(string(body))
	if err != nil {
		refuse(w, http.StatusBadRequest, invalid("%v", err))
		return
	}
	name := parameters.Get("Action")
	result, err := act(name, parameters)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	e := xml.NewEncoder(w)
	response := xml.StartElement{Name: xml.Name{Local: name + "Response"}}
	e.EncodeToken(response)
	e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: name + "Result"}})
	e.EncodeToken(response.End())
	e.Close()
}

// refuse answers with an error, in the way of the services that are asked in XML and, by a header and
// a member, of those asked in JSON.
func refuse(w http.ResponseWriter, status int, err error) {
	code, message := "InternalFailure", err.Error()
	if known, ok := errors.AsType[*Error](err); ok {
		code, message = known.Code, known.Message
	} else if known, ok := errors.AsType[*sigv4.Error](err); ok {
		code, message = known.Code, known.Message
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Type    string   `xml:"Error>Type"`
		Code    string   `xml:"Error>Code"`
		Message string   `xml:"Error>Message"`
	}{Type: "Sender", Code: code, Message: message})
}

// writeJSON answers in the protocol of JSON.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
