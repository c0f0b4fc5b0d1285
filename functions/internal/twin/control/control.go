// Package control answers what clients ask AWS's own APIs about a stack: the AWS CLI, the SDKs, the
// functions themselves. Whoever asks has signed, and may what identity says.
package control

import (
	"maps"
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/twin/awsapi"
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
	// Others are further APIs, by their names in signatures. They learn who asks by [awsapi.Principal].
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
	type actions = map[string]awsapi.Action
	c.services = map[string]http.Handler{
		"lambda":         http.HandlerFunc(c.lambda),
		"logs":           awsapi.JSON(awsapi.RPC11, "Logs_20140328.", c.logsActions()),
		"secretsmanager": awsapi.JSON(awsapi.RPC11, "secretsmanager.", actions{"GetSecretValue": c.getSecretValue}),
		"cloudformation": awsapi.Query("http://cloudformation.amazonaws.com/doc/2010-05-15/", c.stackActions()),
		"monitoring":     awsapi.Query("http://monitoring.amazonaws.com/doc/2010-08-01/", actions{"DescribeAlarms": c.describeAlarms}),
		"iam":            awsapi.Query("https://iam.amazonaws.com/doc/2010-05-08/", actions{"SimulatePrincipalPolicy": c.simulatePrincipalPolicy}),
		"sts":            awsapi.Query("https://sts.amazonaws.com/doc/2011-06-15/", actions{"GetCallerIdentity": c.getCallerIdentity}),
	}
	maps.Copy(c.services, config.Others)
	return c, nil
}

// ServeHTTP implements [http.Handler].
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if claimed, _ := sigv4.Claimed(r); claimed.Service == "s3" {
		c.Storage.ServeHTTP(w, r)
		return
	}
	sigv4.Verified(c.Identity.Secret, c.service).ServeHTTP(w, r)
}

// service is what a request is signed for.
func (c *Control) service(caller sigv4.Caller) http.Handler {
	if service := c.services[caller.Service]; service != nil {
		return service
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		awsapi.RefuseJSON(w, awsapi.RPC11, awsapi.NewFault(http.StatusNotImplemented, "UnknownOperationException", "the twin has no service "+caller.Service))
	})
}

// arn names something of the stack's region and account.
func (c *Control) arn(service, resource string) string {
	return strings.Join([]string{"arn:aws", service, c.Stack.Region, c.Stack.Account, resource}, ":")
}
