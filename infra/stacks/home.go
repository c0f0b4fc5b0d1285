package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/service"
)

// NewHome adds the stack of a stage's home region to scope: the service, and what people ask of it
// after a deploy.
func NewHome(scope constructs.Construct, stage config.Stage, p service.Props) awscdk.Stack {
	stack := awscdk.NewStack(scope, new(stage.StackName()), &awscdk.StackProps{
		Description:           new("Primrose " + stage.Name + ": images at any size, crop and format"),
		Env:                   environmentOf(stage),
		TerminationProtection: new(stage.Protected),
		Tags:                  &map[string]*string{"application": new("primrose"), "stage": new(stage.Name)},
	})
	made := service.New(stack, "Primrose", p)

	output(stack, "Url", "Where variants are served", "https://"+*made.Distribution.DistributionDomainName())
	output(stack, "Distribution", "The id by which to invalidate the edge", *made.Distribution.DistributionId())
	output(stack, "Originals", "The bucket to upload originals to", *made.Originals.BucketName())
	output(stack, "Variants", "The bucket to empty before the stack is deleted", *made.Variants.BucketName())
	output(stack, "Image", "The function to invoke for operations", *made.Image.FunctionArn())
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
