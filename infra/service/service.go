// Package service is Primrose on AWS: one construct, a file a concern.
//
// # Names
//
// Constructs are nested as Service/Concern/Thing, and logical ids follow from that: whoever moves a
// bucket to another scope tells CloudFormation to make a new one. A test pins the ids of everything
// that holds state. Physical names are CloudFormation's to choose, but for those that are global to
// an account without saying so; see [name].
package service

import (
	"encoding/json"
	"errors"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/monitor"
)

// Props are what a service is made of.
type Props struct {
	config.Service

	// ImageCode and PurgeCode give the functions' code. They are called once a service, because CDK
	// binds code to a stack.
	ImageCode, PurgeCode func() awslambda.Code

	// EdgeCode is the edge function's text, at most 10,240 bytes.
	EdgeCode string

	// Events are the test events, by their names. They are wanted where TestEvents is not off.
	Events map[string]json.RawMessage

	// OriginalsBucket is another construct's bucket to read originals from, instead of one that the
	// configuration names or has made.
	OriginalsBucket awss3.IBucket

	// Domains are the host names of the distribution, and Certificate is for all of them; both or
	// neither. Whoever has the domains leads them to the distribution.
	Domains     []string
	Certificate awscertificatemanager.ICertificate

	// WebACL is the ARN of a web ACL for CloudFront, or nil.
	WebACL *string
}

// validate reports everything that is wrong with the props, joined into one error.
func (p Props) validate() error {
	errs := []error{p.Service.Validate()}
	if (p.Certificate == nil) != (len(p.Domains) == 0) {
		errs = append(errs, errors.New("give both Domains and Certificate, or neither"))
	}
	if p.OriginalsBucket != nil && p.Originals.Bucket != "" {
		errs = append(errs, errors.New("give OriginalsBucket or the name in Originals.Bucket, not both"))
	}
	return errors.Join(errs...)
}

// A Service is one Primrose. Its parts are there to be watched, granted and referred to.
type Service struct {
	Name         string // what its functions' metrics have as the dimension Service
	Originals    awss3.IBucket
	Variants     awss3.Bucket
	Image        awslambda.Alias    // of Function, which callers go through
	Function     awslambda.Function // makes variants
	Logs         awslogs.LogGroup   // of Function
	Purge        awslambda.Function
	Changes      awsevents.CfnRule // puts changes of originals into Queue
	Queue        awssqs.Queue      // of changes that Purge works through
	DeadLetters  awssqs.Queue      // of changes that Purge gave up
	Api          awsapigateway.RestApi
	Distribution awscloudfront.Distribution
	Keys         awscloudfront.KeyValueStore         // which the edge checks signatures by, and has presets from
	SigningKeys  map[string]awssecretsmanager.Secret // by id; to be pushed into Keys
	EdgeFunction awscloudfront.Function

	// EdgeSignals are CloudFront's. Its metrics are in us-east-1, and so their alarms have to be: a
	// stack there makes them, where the service's own is elsewhere.
	EdgeSignals []monitor.Signal

	// Undo are the alarms that undo a deploy during which they go off.
	Undo []interfacesawscloudwatch.IAlarmRef
}

// New adds a service to scope. Several of them fit into one stack, under different ids. It panics, as
// CDK's constructs do, where the props cannot be meant.
func New(scope constructs.Construct, id string, p Props) Service {
	if err := p.validate(); err != nil {
		panic(err)
	}
	c := constructs.NewConstruct(scope, new(id))

	storage := newStorage(c, p)
	processor := newProcessor(c, p, storage)
	api := newAPI(c, p, processor)
	edge := newEdge(c, p, storage, api)
	purge := newPurge(c, p, storage, edge)
	newTestEvents(c, p, processor)

	made := Service{
		Name:         *serviceName(c),
		Originals:    storage.originals,
		Variants:     storage.variants,
		Image:        processor.live,
		Function:     processor.function,
		Logs:         processor.logs,
		Purge:        purge.function,
		Changes:      purge.changes,
		Queue:        purge.queue,
		DeadLetters:  purge.deadLetters,
		Api:          api.rest,
		Distribution: edge.distribution,
		Keys:         edge.keys.store,
		SigningKeys:  edge.keys.secrets,
		EdgeFunction: edge.function,
	}
	made.EdgeSignals = edgeSignals(p, made)
	made.Undo = newMonitoring(c, p, made)
	newRollout(c, p, processor, made.Undo)
	return made
}
