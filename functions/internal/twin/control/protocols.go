package control

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// speakJSON is the protocol whose actions are in the header X-Amz-Target.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
func speakJSON(prefix string, actions map[string]action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // which is in memory
		name, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix)
		act := actions[name]
		if act == nil {
			refuseJSON(w, &Fault{http.StatusBadRequest, "UnknownOperationException", "the twin has no " + r.Header.Get("X-Amz-Target")})
			return
		}
		result, err := act(call{Principal(r), body})
		if err != nil {
			refuseJSON(w, faultOf(err))
			return
		}
		answerJSON(w, http.StatusOK, result)
	}
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", requestID())
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func refuseJSON(w http.ResponseWriter, f *Fault) {
	w.Header().Set("X-Amzn-Errortype", f.Code)
	answerJSON(w, f.Status, map[string]string{"__type": f.Code, "message": f.Message})
}

// speakQuery is the protocol whose actions and parameters are a form's, and whose answers are XML.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
func speakQuery(namespace string, actions map[string]action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("Action")
		act := actions[name]
		if act == nil {
			refuseXML(w, namespace, &Fault{http.StatusBadRequest, "InvalidAction", "the twin has no action " + name})
			return
		}
		given := map[string]any{}
		for parameter, values := range r.Form {
			if parameter != "Action" && parameter != "Version" {
				nest(given, strings.Split(parameter, "."), values[0])
			}
		}
		text, _ := json.Marshal(given) // texts always marshal
		result, err := act(call{Principal(r), text})
		if err != nil {
			refuseXML(w, namespace, faultOf(err))
			return
		}
		answerXML(w, http.StatusOK, answer{
			XMLName: xml.Name{Local: name + "Response"}, Namespace: namespace,
			Result: wrapped{name + "Result", result}, Metadata: metadata{requestID()},
		})
	}
}

// nest puts a value where a parameter's name says: a list's first item is called Name.member.1.
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

// list is a parameter of several texts, as [nest] nests it.
type list struct{ Member map[string]string }

func (l list) contains(text string) bool {
	for _, item := range l.Member {
		if item == text {
			return true
		}
	}
	return len(l.Member) == 0
}

type (
	answer struct {
		XMLName   xml.Name
		Namespace string `xml:"xmlns,attr"`
		Result    wrapped
		Metadata  metadata `xml:"ResponseMetadata"`
	}
	wrapped struct {
		name  string
		value any
	}
	metadata struct {
		RequestID string `xml:"RequestId"`
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

// MarshalXML implements [xml.Marshaler]: the value's fields, in an element of the name.
func (w wrapped) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(w.value, xml.StartElement{Name: xml.Name{Local: w.name}})
}

func answerXML(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	xml.NewEncoder(w).Encode(v)
}

func refuseXML(w http.ResponseWriter, namespace string, f *Fault) {
	answerXML(w, f.Status, refusal{Namespace: namespace, Type: "Sender", Code: f.Code, Message: f.Message, RequestID: requestID()})
}

func offset(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(text), 10, 31)
	return int(n), err
}

func itoa(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }
