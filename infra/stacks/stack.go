package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// newStack makes a stack as all of a stage's are. Its region has to be stated: references from another
// one need it.
func newStack(scope constructs.Construct, stage config.Stage, suffix, region, holds string) awscdk.Stack {
	env := &awscdk.Environment{Region: new(region)}
	if stage.Account != "" {
		env.Account = new(stage.Account)
	}
	return awscdk.NewStack(scope, new(stage.StackName()+suffix), &awscdk.StackProps{
		Description:           new("Primrose " + stage.Name + ": " + holds),
		Env:                   env,
		TerminationProtection: new(stage.Protected),
		Tags:                  &map[string]*string{"application": new("primrose"), "stage": new(stage.Name)},
	})
}
