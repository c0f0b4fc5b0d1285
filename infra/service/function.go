package service

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
)

// newFunction makes a function as all of ours are: a Go program that logs JSON into a group of its
// own and is traced, under a role that says all that it may.
//
// Lambda's own log lines are JSON, too. At this level they tell of each invocation, how much memory
// it used among the rest, from which a metric is made.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
func newFunction(scope constructs.Construct, id string, role awsiam.Role, logs awslogs.LogGroup, props awslambda.FunctionProps) awslambda.Function {
	props.Runtime = awslambda.Runtime_PROVIDED_AL2023()
	props.Handler = new("bootstrap")
	props.Role = role
	props.LogGroup = logs
	props.LoggingFormat = awslambda.LoggingFormat_JSON
	props.SystemLogLevelV2 = awslambda.SystemLogLevel_INFO
	props.Tracing = awslambda.Tracing_ACTIVE
	allow(role, *logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents")

	function := awslambda.NewFunction(scope, new(id), &props)
	acceptOf(role, "Traces have no resource to be named: X-Ray takes them for the account.", `Resource::\*`)
	return function
}

// newRole makes a role for a service to act in, on behalf of this account only. It has no managed
// policies, which others change.
//
// The condition cannot name the resource as well: it needs its role to be made.
// https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
func newRole(scope constructs.Construct, id, service, description string) awsiam.Role {
	return awsiam.NewRole(scope, new(id), &awsiam.RoleProps{
		Description: new(description),
		AssumedBy: awsiam.NewServicePrincipal(new(service), &awsiam.ServicePrincipalOpts{
			Conditions: sameAccount(scope),
		}),
	})
}

// sameAccount is the condition that a service acts on behalf of this account.
func sameAccount(scope constructs.Construct) *map[string]any {
	return &map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(scope).Account()},
	}
}

func allow(role awsiam.Role, resource string, actions ...string) {
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	}))
}

// anyKey is what cdk-nag finds where a role may use every object of a bucket.
const anyKey = `Resource::.+\/\*`

// acceptOf answers cdk-nag's rule about wildcards for what a role is allowed.
func acceptOf(role awsiam.Role, reason string, findings ...string) {
	accept(role.Node().FindChild(new("DefaultPolicy")), "AwsSolutions-IAM5", reason, findings...)
}

// newLogs makes a group whose lines age.
func newLogs(scope constructs.Construct, id string, retention time.Duration) awslogs.LogGroup {
	logs := awslogs.NewLogGroup(scope, new(id), &awslogs.LogGroupProps{
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// The construct wants the name of a number of days; the resource takes the number.
	logs.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(new(float64(retention / config.Day)))
	return logs
}

func architecture(a config.Architecture) awslambda.Architecture {
	if a == config.X86_64 {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(new(d.Seconds()))
}

// positive leaves a property out if n is 0.
func positive(n int) *float64 {
	if n == 0 {
		return nil
	}
	return new(float64(n))
}
