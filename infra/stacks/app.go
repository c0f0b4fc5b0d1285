// Package stacks deploys services: it makes a stage's stacks out of the parts in package service.
//
// A stage has three. Front and watch are in us-east-1, because CloudFront takes certificates and web
// ACLs, and has its metrics and logs, only there. They are two, because one would be needed by the
// service's stack and need it, too:
//
//	front (certificate, web ACL; only where there is either) ──► home (the service) ──► watch (the edge's alarms and logs)
//
// What one stack needs of another it gets by a weak reference, which CloudFormation resolves when it
// deploys, and which never keeps a stack from being changed.
package stacks

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"primrose/infra/config"
	"primrose/infra/service"
)

// Code gives the functions' code for a stage, and what goes with it.
type Code struct {
	Image, Purge func(config.Architecture) awslambda.Code
	Edge         func(config.Edge) (string, error)
	Events       map[string]json.RawMessage // to test the image function by
}

// AddStages adds every stage to app, watched by cdk-nag: a finding that is not accepted beside its
// resource fails the synth.
func AddStages(app awscdk.App, stages []config.Stage, code Code) error {
	for _, stage := range stages {
		edge, err := code.Edge(stage.Service.Edge)
		if err != nil {
			return fmt.Errorf("stage %q: %w", stage.Name, err)
		}
		made := NewHome(app, stage, NewFront(app, stage), service.Props{
			Service:   stage.Service,
			ImageCode: func() awslambda.Code { return code.Image(stage.Service.Image.Architecture) },
			PurgeCode: func() awslambda.Code { return code.Purge(stage.Service.Image.Architecture) },
			EdgeCode:  edge,
			Events:    code.Events,
		})
		NewWatch(app, stage, made)
	}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	return nil
}
