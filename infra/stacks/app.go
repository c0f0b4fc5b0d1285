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
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"primrose/infra/config"
	"primrose/infra/service"
)

// AddStages adds every stage to app, each service with the props that are made for its configuration.
// cdk-nag watches: a finding that is not accepted beside its resource fails the synth.
func AddStages(app awscdk.App, stages []config.Stage, props func(config.Service) (service.Props, error)) error {
	for _, stage := range stages {
		p, err := props(stage.Service)
		if err != nil {
			return fmt.Errorf("stage %q: %w", stage.Name, err)
		}
		NewWatch(app, stage, NewHome(app, stage, NewFront(app, stage), p))
	}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	return nil
}
