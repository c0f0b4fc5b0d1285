package awsapi

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// Query is the protocol whose actions and parameters are a form's, and whose
// answers are XML.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func Query(namespace string, actions map[string]Action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("Action")
		act := actions[name]
		if act == nil {
			RefuseXML(w, namespace, &Fault{http.StatusBadRequest, "InvalidAction", "the twin has no action " + name})
			return
		}
		given := map[string]any{}
		for parameter, values := range r.Form {
			if parameter != "Action" && parameter != "Version" && values[0] != "" { // as an empty list is written
				nest(given, strings.Split(parameter, "."), values[0])
			}
		}
		text, _ := json.Marshal(lists(given)) // texts always marshal
		result, err := act(Call{Principal(r), text})
		if err != nil {
			RefuseXML(w, namespace, err)
			return
		}
		AnswerXML(w, http.StatusOK, answer{
			XMLName: xml.Name{Local: name + "Response"}, Namespace: namespace,
			Result: wrapped{name + "Result", result}, RequestID: requestID(),
		})
	})
}

// nest puts a value where a parameter's name says: the second item of a list is
// called Name.member.2, and a field of it Name.member.2.Field.
func nest(into map[string]any, path []string, value string) {
	if len(path) == 1 {
		into[path[0]] = value
		return
	}
	inner, ok := into[path[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[path[0]] = inner
	}
	nest(inner, path[1:], value)
}

// lists puts a list in the place of what [nest] has nested as members. A number
// that is left out leaves null, which is a fault of whoever asks.
func lists(value any) any {
	nested, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name, inner := range nested {
		nested[name] = lists(inner)
	}
	members, ok := nested["member"].(map[string]any)
	if !ok {
		return nested
	}
	list := make([]any, len(members))
	for i := range list {
		list[i] = members[strconv.Itoa(i+1)]
	}
	return list
}

type (
	answer struct {
		XMLName   xml.Name
		Namespace string `xml:"xmlns,attr"`
		Result    wrapped
		RequestID string `xml:"ResponseMetadata>RequestId"`
	}
	wrapped struct {
		name  string
		value any
	}
	refusal struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}
)

// MarshalXML implements [xml.Marshaler]: the value's fields, in an element of
// the name.
func (w wrapped) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(w.value, xml.StartElement{Name: xml.Name{Local: w.name}})
}

// AnswerXML answers in XML.
func AnswerXML(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	xml.NewEncoder(w).Encode(v)
}

// RefuseXML says no in XML.
func RefuseXML(w http.ResponseWriter, namespace string, err error) {
	f := FaultOf(err)
	AnswerXML(w, f.Status, refusal{Namespace: namespace, Type: "Sender", Code: f.Code, Message: f.Message, RequestID: requestID()})
}
