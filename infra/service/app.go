package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"primrose/infra/config"
)

// Code gives the functions' code for a stage.
type Code struct {
	Image func(config.Architecture) awslambda.Code
	Edge  string
}

// AddStages adds every stage to app, watched by cdk-nag: a finding that is not accepted beside its
// resource fails the synth.
func AddStages(app awscdk.App, stages []config.Stage, code Code) {
	for _, stage := range stages {
		NewStack(app, stage, Props{
			Service:   stage.Service,
			ImageCode: func() awslambda.Code { return code.Image(stage.Service.Image.Architecture) },
			EdgeCode:  code.Edge,
		})
	}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
}
