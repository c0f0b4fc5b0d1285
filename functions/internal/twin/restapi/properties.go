package restapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/twin/template"
)

// What a template says of an API.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
type (
	apiProperties struct {
		Description           template.NoBearing // for people
		Name                  template.NoBearing // for people and metrics
		EndpointConfiguration struct{ Types []string }
	}

	resourceProperties struct {
		ParentId, PathPart, RestApiId string
	}

	methodProperties struct {
		ApiKeyRequired                                       bool
		AuthorizationType, HttpMethod, ResourceId, RestApiId string
		Integration                                          integrationProperties
	}

	integrationProperties struct {
		IntegrationHttpMethod, Type, Uri string
		ResponseTransferMode             string // BUFFERED, which is the default, or STREAM
		TimeoutInMillis                  int64  // 0 means 29,000
	}

	deploymentProperties struct {
		Description template.NoBearing // for people
		RestApiId   string
	}

	stageProperties struct {
		AccessLogSetting        template.NoBearing // who asked is told to a stream, not to who asked
		DeploymentId, RestApiId string
		StageName               template.NoBearing // the resource's Ref
		MethodSettings          []methodSetting
		TracingEnabled          template.NoBearing // traces are for X-Ray, which no request shows
	}

	methodSetting struct {
		DataTraceEnabled, MetricsEnabled template.NoBearing // logs and metrics, which no request shows
		HttpMethod, ResourcePath         string
		ThrottlingBurstLimit             *float64
		ThrottlingRateLimit              *float64
	}

	keyProperties struct {
		Enabled bool
		Value   string
	}

	planProperties struct {
		ApiStages []struct {
			ApiId, Stage string
			Throttle     struct{} // of single methods: none
		}
	}

	planKeyProperties struct {
		KeyId, KeyType, UsagePlanId string
	}

	refusalProperties struct {
		ResponseParameters map[string]string
		ResponseTemplates  map[string]string
		ResponseType       string
		RestApiId          string
		StatusCode         string
	}
)

// The transfer modes of answers, and what Lambda's function is called with in
// each of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
const (
	buffered = "BUFFERED"
	stream   = "STREAM"

	bufferedPath, bufferedAction = "2015-03-31", "invocations"
	streamPath, streamAction     = "2021-11-15", "response-streaming-invocations"
)

// How long an integration may take.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const (
	defaultTimeout     = 29 * time.Second
	minTimeout         = 50 * time.Millisecond
	maxBufferedTimeout = 29 * time.Second // a regional API's owner may ask for more, at the cost of its rate
	maxStreamTimeout   = 15 * time.Minute
)

// check finds what API Gateway would refuse, and what isn't understood.
func (p *methodProperties) check() error {
	if p.Integration.ResponseTransferMode == "" {
		p.Integration.ResponseTransferMode = buffered
	}
	var errs []error
	if !slices.Contains([]string{"NONE", "AWS_IAM"}, p.AuthorizationType) {
		errs = append(errs, fmt.Errorf("AuthorizationType is %q; NONE and AWS_IAM are understood", p.AuthorizationType))
	}
	if p.Integration.Type != "AWS_PROXY" {
		errs = append(errs, fmt.Errorf("Integration.Type is %q; only AWS_PROXY is understood", p.Integration.Type))
	}
	longest := maxBufferedTimeout
	switch p.Integration.ResponseTransferMode {
	case buffered:
	case stream:
		longest = maxStreamTimeout
	default:
		errs = append(errs, fmt.Errorf("ResponseTransferMode is %q; it may be BUFFERED or STREAM", p.Integration.ResponseTransferMode))
	}
	if t := p.Integration.timeout(); t < minTimeout || t > longest {
		errs = append(errs, fmt.Errorf("TimeoutInMillis is %d; it may be %d to %d", p.Integration.TimeoutInMillis, minTimeout.Milliseconds(), longest.Milliseconds()))
	}
	return errors.Join(errs...)
}

func (p *integrationProperties) timeout() time.Duration {
	if p.TimeoutInMillis == 0 {
		return defaultTimeout
	}
	return time.Duration(p.TimeoutInMillis) * time.Millisecond
}

// function is which one the URI names, if it is one to be called in the
// integration's transfer mode:
// arn:aws:apigateway:REGION:lambda:path/DATE/functions/ARN/ACTION
func (p *integrationProperties) function() (arn string, ok bool) {
	date, action := bufferedPath, bufferedAction
	if p.ResponseTransferMode == stream {
		date, action = streamPath, streamAction
	}
	_, path, _ := strings.Cut(p.Uri, ":lambda:path/")
	rest, dated := strings.CutPrefix(path, date+"/functions/")
	arn, acted := strings.CutSuffix(rest, "/"+action)
	return arn, dated && acted && p.IntegrationHttpMethod == "POST"
}
