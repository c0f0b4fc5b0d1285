// Package control answers what clients ask AWS's own APIs about a stack: the AWS CLI, the SDKs, the
// functions themselves. Whoever asks has signed, and may what identity says.
package control

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/logs"
	"primrose/functions/internal/twin/sigv4"
	"primrose/functions/internal/twin/template"
)

// Config is what there is to be asked.
type Config struct {
	Stack     *template.Stack
	Identity  *identity.Directory
	Functions *function.Functions
	Logs      *logs.Logs
	Started   time.Time // when the stack was made

	// Storage is S3, which verifies signatures by itself.
	Storage http.Handler
	// Others are further APIs, by their names in signatures. They learn who asks by [Principal].
	Others map[string]http.Handler
}

// Control is an http.Handler for all APIs: a request's signature says which it is for.
type Control struct {
	Config
	services map[string]http.Handler
	alarms   []template.Typed[alarmProperties]
	senders  senders
}

// New returns the APIs of a stack.
func New(config Config) (*Control, error) {
	c := &Control{Config: config}
	var err error
	if c.alarms, err = readAlarms(config.Stack); err != nil {
		return nil, err
	}
	if c.senders, err = readSenders(config.Stack); err != nil {
		return nil, err
	}
	c.services = map[string]http.Handler{
		"lambda":         http.HandlerFunc(c.lambda),
		"logs":           speakJSON("Logs_20140328.", c.logsActions()),
		"secretsmanager": speakJSON("secretsmanager.", map[string]action{"GetSecretValue": c.getSecretValue}),
		"cloudformation": speakQuery("http://cloudformation.amazonaws.com/doc/2010-05-15/", c.stackActions()),
		"monitoring":     speakQuery("http://monitoring.amazonaws.com/doc/2010-08-01/", map[string]action{"DescribeAlarms": c.describeAlarms}),
		"iam":            speakQuery("https://iam.amazonaws.com/doc/2010-05-08/", c.accessActions()),
		"sts":            speakQuery("https://sts.amazonaws.com/doc/2011-06-15/", map[string]action{"GetCallerIdentity": c.getCallerIdentity}),
	}
	maps.Copy(c.services, config.Others)
	return c, nil
}

// maxBody is the largest request that is read: Lambda's, the largest of all, is an event of 6 MB.
const maxBody = 8 << 20

// ServeHTTP implements [http.Handler].
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if claimed, _ := sigv4.Claimed(r); claimed.Service == "s3" || r.URL.Query().Has("X-Amz-Signature") {
		c.Storage.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuseJSON(w, &Fault{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", err.Error()})
		return
	}
	var principal string
	caller, err := sigv4.Verify(r, body, func(accessKey string) (secret string, known bool) {
		secret, principal, known = c.Identity.Secret(accessKey)
		return secret, known
	})
	if fault, ok := errors.AsType[*sigv4.Error](err); ok {
		refuseJSON(w, &Fault{http.StatusForbidden, fault.Code, fault.Message})
		return
	}
	service := c.services[caller.Service]
	if service == nil {
		refuseJSON(w, &Fault{http.StatusNotImplemented, "UnknownOperationException", "the twin has no service " + caller.Service})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	service.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), principalKey{}, principal)))
}

type principalKey struct{}

// Principal is the ARN of who asks, of a request that a [Control] has handed on.
func Principal(r *http.Request) string {
	principal, _ := r.Context().Value(principalKey{}).(string)
	return principal
}

// Fault is an answer that says no.
type Fault struct {
	Status        int
	Code, Message string
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// faultOf makes of any error what a client is told.
func faultOf(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	if fault, ok := errors.AsType[*function.Fault](err); ok {
		return &Fault{fault.Status, fault.Code, fault.Message}
	}
	return &Fault{http.StatusInternalServerError, "InternalFailure", err.Error()}
}

// call is one action that a principal asks for, with its parameters as JSON.
type call struct {
	principal  string
	parameters []byte
}

// action answers a call.
type action func(call) (any, error)

// authorize fails with what AWS says to a principal who may not do something.
func (c *Control) authorize(principal, action, resource string) error {
	if c.Identity.Allows(principal, action, resource, link) {
		return nil
	}
	return &Fault{http.StatusForbidden, "AccessDeniedException",
		"User: " + principal + " is not authorized to perform: " + action + " on resource: " + resource}
}

// link is what policies may ask of a connection: AWS's APIs are reached by TLS, for which the twin's own stands.
var link = identity.Context{"aws:SecureTransport": "true"}

// Authorizer answers what a service asks about who asks it.
func Authorizer(directory *identity.Directory) func(r *http.Request, action, resource string) error {
	c := &Control{Config: Config{Identity: directory}}
	return func(r *http.Request, action, resource string) error {
		return c.authorize(Principal(r), action, resource)
	}
}

// parameters reads those of a call. One that isn't known would be ignored otherwise, so it is refused.
func parameters[T any](from call) (T, error) {
	var decoded T
	decoder := json.NewDecoder(bytes.NewReader(from.parameters))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&decoded); err != nil {
		return decoded, &Fault{http.StatusBadRequest, "ValidationException", "the twin does not understand the request: " + err.Error()}
	}
	return decoded, nil
}

// arn names something of the stack's region and account.
func (c *Control) arn(service, resource string) string {
	return strings.Join([]string{"arn:aws", service, c.Stack.Region, c.Stack.Account, resource}, ":")
}

// requestID is by which AWS would find a request again.
func requestID() string { return rand.Text() }

// page is the next of a list, and the token that leads on; a token is the index at which to go on.
func page[T any](all []T, token string, most int) ([]T, string, error) {
	from, err := offset(token)
	if err != nil || from > len(all) {
		return nil, "", &Fault{http.StatusBadRequest, "InvalidParameterException", "the token is not one that was given"}
	}
	if most <= 0 || from+most >= len(all) {
		return all[from:], "", nil
	}
	return all[from : from+most], base64.StdEncoding.EncodeToString(itoa(from + most)), nil
}
