package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
	"primrose/infra/service"
)

// NewHome adds the stack of a stage's home region to scope: the service, its names, and what people
// ask of it after a deploy.
func NewHome(scope constructs.Construct, stage config.Stage, front Front, p service.Props) service.Service {
	stack := newStack(scope, stage, "", stage.Region, "images at any size, crop and format")
	p.Domains = stage.Domain.Names
	p.Certificate = certificateOf(stack, stage.Domain, front)
	p.WebACL = front.WebACL
	made := service.New(stack, "Primrose", p)
	addNames(stack, stage.Domain, made.Distribution)

	output(stack, "Url", "Where variants are served", "https://"+host(stage.Domain, made.Distribution))
	if stage.Service.Edge.Playground {
		output(stack, "Playground", "Where to try options", "https://"+host(stage.Domain, made.Distribution)+service.PlaygroundPath)
	}
	output(stack, "Distribution", "The id by which to invalidate the edge", *made.Distribution.DistributionId())
	output(stack, "Originals", "The bucket to upload originals to", *made.Originals.BucketName())
	output(stack, "Variants", "The bucket to empty before the stack is deleted", *made.Variants.BucketName())
	output(stack, "Image", "The function to invoke for operations", *made.Image.FunctionArn())
	output(stack, "Logs", "The log group of that function", *made.Logs.LogGroupName())
	output(stack, "Store", "The KeyValueStore to push presets to", *made.Keys.KeyValueStoreArn())
	if ids := stage.Service.Edge.Signing.Secrets(); len(ids) > 0 {
		output(stack, "PushKeys", "How the keys get to the edge, after each change of their ids", pushKeys(made, ids))
	}
	return made
}

// certificateOf is the one that the front made, or the operator's own.
func certificateOf(scope constructs.Construct, d config.Domain, front Front) awscertificatemanager.ICertificate {
	if d.Certificate == "" {
		return front.Certificate
	}
	return awscertificatemanager.Certificate_FromCertificateArn(scope, new("Certificate"), new(d.Certificate))
}

// addNames leads each name to the distribution, by both versions of IP, where the zone is known.
func addNames(scope constructs.Construct, d config.Domain, distribution awscloudfront.Distribution) {
	if d.Zone == (config.Zone{}) {
		return
	}
	c := constructs.NewConstruct(scope, new("Names"))
	zone := zoneOf(c, d.Zone)
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewCloudFrontTarget(distribution))
	for _, name := range d.Names {
		awsroute53.NewARecord(c, new(name+"-A"), &awsroute53.ARecordProps{Zone: zone, RecordName: new(name + "."), Target: target})
		awsroute53.NewAaaaRecord(c, new(name+"-AAAA"), &awsroute53.AaaaRecordProps{Zone: zone, RecordName: new(name + "."), Target: target})
	}
}

// host is the name to tell people.
func host(d config.Domain, distribution awscloudfront.Distribution) string {
	if len(d.Names) > 0 {
		return d.Names[0]
	}
	return *distribution.DistributionDomainName()
}

// pushKeys is the command that makes the edge's keys equal to the secrets with these ids.
func pushKeys(made service.Service, ids []string) string {
	command := "primrose keys push --store " + *made.Keys.KeyValueStoreArn()
	for _, id := range ids {
		command += fmt.Sprintf(" --secret %s=%s", id, *made.SigningKeys[id].SecretArn())
	}
	return command
}

func output(scope constructs.Construct, id, description, value string) {
	awscdk.NewCfnOutput(scope, new(id), &awscdk.CfnOutputProps{Description: new(description), Value: new(value)})
}
