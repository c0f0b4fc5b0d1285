// Package awsapi is what AWS's own APIs have in common: the protocols in which
// they are asked and answer, how they say no, and who asks.
package awsapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
)

// Fault is an answer that says no.
type Fault struct {
	Status        int
	Code, Message string
}

// NewFault returns a [Fault].
func NewFault(status int, code, message string) error { return &Fault{status, code, message} }

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// FaultOf makes of any error what a client is told.
func FaultOf(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	return &Fault{http.StatusInternalServerError, "InternalFailure", err.Error()}
}

// requestID is by which AWS would find a request again.
func requestID() string { return rand.Text() }

type principalKey struct{}

// By is a request of which it is known who has signed it.
func By(principal string, r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, principal))
}

// Principal is the ARN of who has signed a request; "" if nobody has looked.
func Principal(r *http.Request) string {
	principal, _ := r.Context().Value(principalKey{}).(string)
	return principal
}

// Authorize says whether a principal may do an action to a resource. The error
// is a [Fault].
type Authorize func(principal, action, resource string) error

// Call is an action that a principal asks for, with its parameters as JSON.
type Call struct {
	Principal  string
	parameters []byte
}

// Action answers a call. An error that is no [Fault] is the service's failure.
type Action func(Call) (any, error)

// Parameters are those of a call. One that isn't known would be ignored
// otherwise, so it is refused.
func Parameters[T any](c Call) (T, error) {
	var decoded T
	decoder := json.NewDecoder(bytes.NewReader(c.parameters))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&decoded); err != nil {
		return decoded, &Fault{http.StatusBadRequest, "ValidationException", "the twin does not understand the request: " + err.Error()}
	}
	return decoded, nil
}
