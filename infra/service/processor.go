package service

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
)

// processor makes variants of originals. All callers go through the alias, so that a version can be
// brought back.
type processor struct {
	live awslambda.Alias
}

func newProcessor(scope constructs.Construct, p Props, s storage) processor {
	c := constructs.NewConstruct(scope, new("Processor"))
	logs := newLogs(c, p.Image.LogRetention)
	function := awslambda.NewFunction(c, new("Image"), &awslambda.FunctionProps{
		Description:   new("Primrose: makes variants of originals, and answers the operations."),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  architecture(p.Image.Architecture),
		Handler:       new("bootstrap"),
		Code:          p.ImageCode(),
		Role:          newImageRole(c, s, logs),
		Environment:   environment(p.Service, s),
		MemorySize:    new(float64(p.Image.Memory)),
		Timeout:       seconds(p.Image.Timeout()),
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,

		ReservedConcurrentExecutions: positive(p.Image.Reserved),
		CurrentVersionOptions:        &awslambda.VersionOptions{RemovalPolicy: awscdk.RemovalPolicy_RETAIN}, // to roll back to
	})
	return processor{
		live: awslambda.NewAlias(c, new("Live"), &awslambda.AliasProps{
			AliasName: new("live"),
			Version:   function.CurrentVersion(),
		}),
	}
}

// environment is what the function is told. The names are its own constants; a test compares.
func environment(cfg config.Service, s storage) *map[string]*string {
	decoders := make([]string, len(cfg.Limits.Decoders))
	for i, d := range cfg.Limits.Decoders {
		decoders[i] = string(d)
	}
	return &map[string]*string{
		"PRIMROSE_ORIGINALS":  s.originals.BucketName(),
		"PRIMROSE_VARIANTS":   s.variants.BucketName(),
		"PRIMROSE_MAX_BYTES":  new(strconv.FormatInt(cfg.Limits.Bytes, 10)),
		"PRIMROSE_MAX_PIXELS": new(strconv.FormatInt(cfg.Limits.Pixels, 10)),
		"PRIMROSE_MAX_FRAMES": new(strconv.Itoa(cfg.Limits.Frames)),
		"PRIMROSE_DECODERS":   new(strings.Join(decoders, ",")),
		"PRIMROSE_DEADLINE":   new(strconv.Itoa(int(cfg.Image.Deadline / time.Second))),
	}
}

// newImageRole may read originals, write variants and log: nothing else, and nothing by a managed
// policy, which others change.
func newImageRole(scope constructs.Construct, s storage, logs awslogs.LogGroup) awsiam.Role {
	role := awsiam.NewRole(scope, new("ImageRole"), &awsiam.RoleProps{
		Description: new("Primrose's image function: reads originals, writes variants, logs."),
		AssumedBy:   awsiam.NewServicePrincipal(new("lambda.amazonaws.com"), nil),
	})
	s.originals.Grants().ActionsOnObjectKeys(role, new("*"), new("s3:GetObject"))
	s.variants.Grants().ActionsOnObjectKeys(role, new("*"), new("s3:PutObject"))
	allow(role, *s.originals.BucketArn(), "s3:ListBucket") // without it, S3 says 403 of a missing original instead of 404
	allow(role, *logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents")
	accept(role.Node().FindChild(new("DefaultPolicy")), "AwsSolutions-IAM5",
		"Originals and variants have any key within the one bucket that is named.",
		`Resource::<\w*StorageOriginals\w*\.Arn>\/\*`, `Resource::<\w*StorageVariants\w*\.Arn>\/\*`)
	return role
}

func allow(role awsiam.Role, resource string, actions ...string) {
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	}))
}

func newLogs(scope constructs.Construct, retention time.Duration) awslogs.LogGroup {
	logs := awslogs.NewLogGroup(scope, new("Logs"), &awslogs.LogGroupProps{
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
