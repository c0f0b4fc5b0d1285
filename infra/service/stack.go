package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// NewStack adds a stage's stack to scope: a service, and what people ask of it after a deploy.
func NewStack(scope constructs.Construct, stage config.Stage, p Props) awscdk.Stack {
	stack := awscdk.NewStack(scope, new(stage.StackName()), &awscdk.StackProps{
		Description:           new("Primrose " + stage.Name + ": images at any size, crop and format"),
		Env:                   environmentOf(stage),
		TerminationProtection: new(stage.Protected),
		Tags:                  &map[string]*string{"application": new("primrose"), "stage": new(stage.Name)},
	})
	service := New(stack, "Primrose", p)

	output(stack, "Url", "Where variants are served", "https://"+*service.Distribution.DistributionDomainName())
	output(stack, "Distribution", "The id by which to invalidate the edge", *service.Distribution.DistributionId())
	output(stack, "Originals", "The bucket to upload originals to", *service.Originals.BucketName())
	output(stack, "Variants", "The bucket to empty before the stack is deleted", *service.Variants.BucketName())
	output(stack, "Image", "The function to invoke for operations", *service.Image.FunctionArn())
	return stack
}

func environmentOf(stage config.Stage) *awscdk.Environment {
	env := &awscdk.Environment{Region: new(stage.Region)}
	if stage.Account != "" {
		env.Account = new(stage.Account)
	}
	return env
}

func output(scope constructs.Construct, id, description, value string) {
	awscdk.NewCfnOutput(scope, new(id), &awscdk.CfnOutputProps{Description: new(description), Value: new(value)})
}
