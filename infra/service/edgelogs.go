package service

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AddEdgeLogs has CloudFront write a line of each request into a bucket, in Parquet, a folder a day,
// for as long as they are kept. CloudFront's logs are delivered by CloudWatch, which takes the order
// in us-east-1 alone: scope has to be in a stack there. The delivery is free of charge; Parquet costs
// by the GB, and saves more of that when the lines are read.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
func (s Service) AddEdgeLogs(scope constructs.Construct, kept time.Duration) {
	c := constructs.NewConstruct(scope, new("Logs"))
	bucket := newBucket(c, "Bucket", awss3.BucketProps{
		RemovalPolicy:  retained, // without a stack its lines still age
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(kept)}},
	})
	source := awslogs.NewCfnDeliverySource(c, new("Source"), &awslogs.CfnDeliverySourceProps{
		Name:        name(c, "edge"),
		LogType:     new("ACCESS_LOGS"),
		ResourceArn: s.Distribution.DistributionArn(),
	})
	acceptDelivery(bucket, source)
	destination := awslogs.NewCfnDeliveryDestination(c, new("Destination"), &awslogs.CfnDeliveryDestinationProps{
		Name:                   name(c, "bucket"),
		DestinationResourceArn: bucket.BucketArn(),
		OutputFormat:           new("parquet"),
	})
	delivery := awslogs.NewCfnDelivery(c, new("Delivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName:     source.Ref(),
		DeliveryDestinationArn: destination.AttrArn(),
		S3SuffixPath:           new("{DistributionId}/{yyyy}/{MM}/{dd}"),
	})
	delivery.Node().AddDependency(bucket.Policy()) // which is looked at as soon as there is a delivery
}

// acceptDelivery lets CloudWatch write what comes of one source into a bucket.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
func acceptDelivery(bucket awss3.Bucket, source awslogs.CfnDeliverySource) {
	stack := awscdk.Stack_Of(bucket)
	bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("delivery.logs.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  &[]*string{bucket.ArnForObjects(new("AWSLogs/" + *stack.Account() + "/*"))},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{
				"aws:SourceAccount": stack.Account(),
				"s3:x-amz-acl":      "bucket-owner-full-control",
			},
			"ArnEquals": map[string]any{"aws:SourceArn": source.AttrArn()},
		},
	}))
}
