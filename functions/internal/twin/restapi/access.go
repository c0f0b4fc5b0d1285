package restapi

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/sigv4"
	"primrose/functions/internal/twin/template"
)

// addKeys finds which keys are good for the stage: those that are in a plan
// which has it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (a *API) addKeys(stack *template.Stack) error {
	keys, errKeys := template.All[keyProperties](stack, "AWS::ApiGateway::ApiKey")
	plans, errPlans := template.All[planProperties](stack, "AWS::ApiGateway::UsagePlan")
	members, errMembers := template.All[planKeyProperties](stack, "AWS::ApiGateway::UsagePlanKey")
	if err := errors.Join(errKeys, errPlans, errMembers); err != nil {
		return err
	}
	a.keys = map[string]string{}
	for _, key := range keys {
		if n := len(key.Properties.Value); n < 20 || n > 128 {
			return fmt.Errorf("%s: the key has %d characters; it must have 20 to 128", key, n)
		}
		good := slices.ContainsFunc(members, func(m template.Typed[planKeyProperties]) bool {
			return m.Properties.KeyType == "API_KEY" && m.Properties.KeyId == key.Ref &&
				slices.ContainsFunc(plans, func(p template.Typed[planProperties]) bool {
					return p.Ref == m.Properties.UsagePlanId && a.within(p.Properties)
				})
		})
		if good && key.Properties.Enabled {
			a.keys[key.Properties.Value] = key.Ref
		}
	}
	return nil
}

// within reports whether a plan has the stage.
func (a *API) within(p planProperties) bool {
	for _, s := range p.ApiStages {
		if s.ApiId == a.id && s.Stage == a.stage {
			return true
		}
	}
	return false
}

// authorize finds out who asks, and whether they may.
func (a *API) authorize(q *request, m *method) *refused {
	if m.AuthorizationType == "AWS_IAM" {
		if r := a.identify(q); r != nil {
			return r
		}
	}
	if !m.ApiKeyRequired {
		return nil
	}
	value := q.http.Header.Get("X-Api-Key")
	id, good := a.keys[value]
	if !good {
		return badKey
	}
	q.key, q.keyID = value, id
	return nil
}

// identify verifies the signature, and asks whether who signed may invoke.
func (a *API) identify(q *request) *refused {
	caller, err := sigv4.Verify(q.http, q.body, a.config.Callers.Secret)
	if err != nil {
		return signatureRefused(err)
	}
	if caller.Service != "execute-api" || caller.Region != a.region {
		return &refused{"INVALID_SIGNATURE", http.StatusForbidden, "InvalidSignatureException",
			fmt.Sprintf("Credential should be scoped to the service execute-api in %s, not to %s in %s.", a.region, caller.Service, caller.Region)}
	}
	q.accessKey, q.principal = caller.AccessKey, caller.Principal
	if err := a.config.Callers.Authorize(caller.Principal, "execute-api:Invoke", a.arn(q.http.Method, q.path)); err != nil {
		fault := awsapi.FaultOf(err)
		return &refused{"ACCESS_DENIED", fault.Status, fault.Code, fault.Message}
	}
	return nil
}

// signatureRefused is how the API says why it doesn't take a signature.
func signatureRefused(err error) *refused {
	fault := awsapi.FaultOf(err)
	switch fault.Code {
	case sigv4.Missing:
		return missingToken
	case sigv4.Incomplete:
		return &refused{"INVALID_SIGNATURE", http.StatusForbidden, "IncompleteSignatureException", fault.Message}
	}
	return &refused{"INVALID_SIGNATURE", http.StatusForbidden, fault.Code, fault.Message}
}
