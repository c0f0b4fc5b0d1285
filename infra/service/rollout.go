package service

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// newRollout has CodeDeploy move the alias to a new version of the image function: by and by, and
// back to the old one, and with it the whole stack, if an alarm goes off on the way.
//
// The first deployment makes the alias where it is to be: there is no old version to go back to, and
// CodeDeploy is not asked. If the function itself is broken then, CloudFormation does not notice;
// the alarms do.
func newRollout(scope constructs.Construct, p Props, f processor, alarms []interfacesawscloudwatch.IAlarmRef) {
	c := constructs.NewConstruct(scope, new("Rollout"))
	if p.Image.Rollout == config.AllAtOnce {
		alarms = nil // there is no time to watch; and a version that is to end an alarm gets past it
	}
	role := newRole(c, "Role", "codedeploy.amazonaws.com", "Primrose's rollout: moves the image function's alias between versions.")
	function := *f.function.FunctionArn()
	allow(role, function, "lambda:GetAlias", "lambda:UpdateAlias")
	allow(role, function+":live", "lambda:GetProvisionedConcurrencyConfig") // in the deploy that ends it, too
	if len(alarms) > 0 {
		allow(role, "*", "cloudwatch:DescribeAlarms")
		acceptOf(role, "CodeDeploy asks for the state of all of its alarms at once.", `Resource::\*`)
	}
	group := awscodedeploy.NewLambdaDeploymentGroup(c, new("Group"), &awscodedeploy.LambdaDeploymentGroupProps{
		Application:      awscodedeploy.NewLambdaApplication(c, new("Application"), nil),
		Alias:            f.live,
		DeploymentConfig: traffic(p.Image.Rollout),
		Role:             role.WithoutPolicyUpdates(nil), // or CDK attaches a managed policy
		Alarms:           &alarms,
		AutoRollback: &awscodedeploy.AutoRollbackConfig{
			FailedDeployment:  new(true),
			StoppedDeployment: new(true), // by hand, which is meant to undo it
			DeploymentInAlarm: new(len(alarms) > 0),
		},
	})
	// The alias is moved by them, and so wants them as they are to be first.
	f.live.Node().AddDependency(role, group)
}

func traffic(r config.Rollout) awscodedeploy.ILambdaDeploymentConfig {
	switch r {
	case config.AllAtOnce:
		return awscodedeploy.LambdaDeploymentConfig_ALL_AT_ONCE()
	case config.Linear:
		return awscodedeploy.LambdaDeploymentConfig_LINEAR_10PERCENT_EVERY_1MINUTE()
	}
	return awscodedeploy.LambdaDeploymentConfig_CANARY_10PERCENT_5MINUTES()
}
