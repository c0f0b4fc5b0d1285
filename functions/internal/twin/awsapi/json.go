package awsapi

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// The media types of the protocols that speak JSON.
const (
	REST  = "application/json"
	RPC10 = "application/x-amz-json-1.0"
	RPC11 = "application/x-amz-json-1.1"
)

// JSON is the protocol, RPC10 or RPC11, whose actions the header X-Amz-Target
// names behind a prefix.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
func JSON(protocol, prefix string, actions map[string]Action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.Header.Get("X-Amz-Target")
		name, _ := strings.CutPrefix(target, prefix)
		act := actions[name]
		if act == nil {
			RefuseJSON(w, protocol, &Fault{http.StatusBadRequest, "UnknownOperationException", "the twin has no action " + target})
			return
		}
		body, err := io.ReadAll(r.Body)
		var result any
		if err == nil {
			result, err = act(Call{Principal(r), body})
		}
		if err != nil {
			RefuseJSON(w, protocol, err)
			return
		}
		AnswerJSON(w, protocol, http.StatusOK, result)
	})
}

// AnswerJSON answers in a protocol.
func AnswerJSON(w http.ResponseWriter, protocol string, status int, v any) {
	w.Header().Set("Content-Type", protocol)
	w.Header().Set("X-Amzn-Requestid", requestID())
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// RefuseJSON says no in a protocol.
func RefuseJSON(w http.ResponseWriter, protocol string, err error) {
	f := FaultOf(err)
	w.Header().Set("X-Amzn-Errortype", f.Code)
	AnswerJSON(w, protocol, f.Status, map[string]string{"__type": f.Code, "message": f.Message})
}
