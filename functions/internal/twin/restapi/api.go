// Package restapi is API Gateway, as far as a stack's REST API needs it: its
// resources, methods, keys, signatures and gateway responses as the template
// has them, and its function behind them, whole or streamed.
package restapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/twin/function"
	"primrose/functions/internal/twin/template"
)

// Functions are what methods lead to.
type Functions interface {
	Permits(name string, by function.Caller) bool
	Invoke(ctx context.Context, name string, event []byte) (function.Result, error)
	Stream(ctx context.Context, name string, event []byte) (function.Result, error)
}

// Callers are who may sign requests. An [identity.Directory] knows them.
type Callers interface {
	// Secret is an access key's, and whose it is.
	Secret(accessKey string) (secret, principal string, ok bool)
	// Authorize fails where a principal's policies don't allow an action.
	Authorize(principal, action, resource string) error
}

// Config is what an API finds in the region besides its stack.
type Config struct {
	Functions Functions
	Callers   Callers
	Now       func() time.Time // of throttling; nil means [time.Now]
}

// API is a stack's REST API, with its one stage.
type API struct {
	config   Config
	id       string
	region   string
	account  string
	stage    string
	root     *resource
	keys     map[string]string // id by value, of the keys that are good for the stage
	refusals map[kind]refusal
	throttle *throttle
}

// New makes a stack's REST API.
func New(stack *template.Stack, config Config) (*API, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	rest, err := template.One[apiProperties](stack, "AWS::ApiGateway::RestApi")
	if err != nil {
		return nil, err
	}
	if types := rest.Properties.EndpointConfiguration.Types; !slices.Equal(types, []string{"REGIONAL"}) {
		return nil, fmt.Errorf("%s: the endpoint's types are %q; only REGIONAL is understood", rest, types)
	}
	stage, deployed, err := deployment(stack, rest.Ref)
	if err != nil {
		return nil, err
	}
	a := &API{config: config, id: rest.Ref, region: stack.Region, account: stack.Account, stage: stage.Ref}
	return a, errors.Join(
		a.addResources(stack, rest, deployed),
		a.addRefusals(stack, deployed),
		a.addKeys(stack),
		a.addThrottle(stage, config.Now),
	)
}

// deployment finds the one stage of an API, and says which resources were
// there before its deployment was made. A deployment is a snapshot: what
// CloudFormation creates later isn't in it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
func deployment(stack *template.Stack, api string) (stage template.Typed[stageProperties], deployed func(id string) bool, err error) {
	made, err := template.One[deploymentProperties](stack, "AWS::ApiGateway::Deployment")
	if err != nil {
		return stage, nil, err
	}
	stage, err = template.One[stageProperties](stack, "AWS::ApiGateway::Stage")
	switch {
	case err != nil:
	case made.Properties.RestApiId != api || stage.Properties.RestApiId != api:
		err = fmt.Errorf("%s: it or its deployment is of another API", stage)
	case stage.Properties.DeploymentId != made.Ref:
		err = fmt.Errorf("%s: there is no deployment %s", stage, stage.Properties.DeploymentId)
	}
	before := stack.Before(made.ID)
	return stage, func(id string) bool { return slices.Contains(before, id) }, err
}

// Host is the name by which the API is asked.
func (a *API) Host() string { return a.id + ".execute-api." + a.region + ".amazonaws.com" }

// ServeHTTP answers a request as the API does: whom it doesn't know a method
// for, it takes for somebody who forgot to sign.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := newRequest(a, r)
	w.Header().Set("X-Amzn-Requestid", q.id)
	stage, path, _ := strings.Cut(strings.TrimPrefix(q.full, "/"), "/")
	if stage != a.stage {
		a.unknown(w)
		return
	}
	q.path = "/" + path
	resource, parameters := a.root.find(segments(path))
	q.resource, q.parameters = resource, parameters
	var m *method
	if resource != nil {
		m = resource.method(r.Method)
	}
	if m == nil {
		a.refuse(w, missingToken)
		return
	}
	if err := a.serve(w, q, m); err != nil {
		a.refuse(w, err)
	}
}

// serve hands a request to a method's function, once it may pass. The error
// is a [refused].
func (a *API) serve(w http.ResponseWriter, q *request, m *method) *refused {
	if r := q.readBody(); r != nil {
		return r
	}
	if r := a.authorize(q, m); r != nil {
		return r
	}
	if !a.throttle.admits() {
		return throttled
	}
	return a.integrate(w, q, m)
}

// arn is what policies call a method of the stage, with this path.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
func (a *API) arn(verb, path string) string {
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s%s", a.region, a.account, a.id, a.stage, verb, path)
}
