package service

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesisfirehose"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// newAPILogs is where the API's access logs go, or nil for nowhere, and a line of them. What they
// have over the function's own is who was refused: without the key, or for asking too often.
//
// API Gateway writes into CloudWatch only under a role that is one setting for a whole account, and
// which is therefore not made here: whoever deletes the stack would turn it off for all others.
// Firehose wants no such role.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
func newAPILogs(scope constructs.Construct, p Props) (awsapigateway.IAccessLogDestination, awsapigateway.AccessLogFormat) {
	switch p.API.Logs {
	case config.Firehose:
		return awsapigateway.NewFirehoseLogDestination(newAPIStream(scope, p)), apiLogLine()
	case config.AccountRole:
		return awsapigateway.NewLogGroupLogDestination(newLogs(scope, "Logs", p.Image.LogRetention)), apiLogLine()
	}
	return nil, nil
}

// apiLogLine is a line of JSON. It names the API key by its id: $context.identity.apiKey is the
// secret itself.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func apiLogLine() awsapigateway.AccessLogFormat {
	var fields []string
	for _, f := range [][2]string{
		{"time", "requestTimeEpoch"}, // ms since 1970
		{"request", "requestId"},
		{"trace", "xrayTraceId"},
		{"method", "httpMethod"},
		{"path", "path"},
		{"status", "status"},
		{"bytes", "responseLength"},
		{"ms", "responseLatency"},
		{"functionMs", "integrationLatency"},
		{"ip", "identity.sourceIp"}, // the edge's, of what viewers asked for
		{"key", "identity.apiKeyId"},
		{"caller", "identity.userArn"},
		{"refused", "error.responseType"},
	} {
		fields = append(fields, `"`+f[0]+`":"$context.`+f[1]+`"`)
	}
	return awsapigateway.AccessLogFormat_Custom(new("{" + strings.Join(fields, ",") + "}"))
}

// newAPIStream gathers lines for five minutes, or until there are 5 MB, and puts them into a bucket
// as one compressed object.
func newAPIStream(scope constructs.Construct, p Props) awskinesisfirehose.CfnDeliveryStream {
	bucket := newBucket(scope, "LogBucket", awss3.BucketProps{
		RemovalPolicy:  retained, // without a stack its lines still age
		LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(p.Image.LogRetention)}},
	})
	role := newStreamRole(scope, bucket)
	stream := awskinesisfirehose.NewCfnDeliveryStream(scope, new("Stream"), &awskinesisfirehose.CfnDeliveryStreamProps{
		DeliveryStreamName: new("amazon-apigateway-" + *awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{
			MaxLength: new(46.0), // 64, less the prefix that API Gateway demands
			Separator: new("-"),
		})),
		DeliveryStreamType: new("DirectPut"),
		DeliveryStreamEncryptionConfigurationInput: &awskinesisfirehose.CfnDeliveryStream_DeliveryStreamEncryptionConfigurationInputProperty{
			KeyType: new("AWS_OWNED_CMK"),
		},
		ExtendedS3DestinationConfiguration: &awskinesisfirehose.CfnDeliveryStream_ExtendedS3DestinationConfigurationProperty{
			BucketArn:         bucket.BucketArn(),
			RoleArn:           role.RoleArn(),
			Prefix:            new("api/!{timestamp:yyyy/MM/dd}/"),
			ErrorOutputPrefix: new("failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/"),
			CompressionFormat: new("GZIP"),
			BufferingHints: &awskinesisfirehose.CfnDeliveryStream_BufferingHintsProperty{
				IntervalInSeconds: new(300.0),
				SizeInMBs:         new(5.0),
			},
			ProcessingConfiguration: oneLineEach(),
		},
	})
	stream.Node().AddDependency(role) // Firehose tries the bucket as it is made
	return stream
}

// oneLineEach ends each record with a newline, by which readers of the objects tell them apart.
func oneLineEach() *awskinesisfirehose.CfnDeliveryStream_ProcessingConfigurationProperty {
	return &awskinesisfirehose.CfnDeliveryStream_ProcessingConfigurationProperty{
		Enabled: new(true),
		Processors: []any{&awskinesisfirehose.CfnDeliveryStream_ProcessorProperty{
			Type: new("AppendDelimiterToRecord"),
			Parameters: []any{&awskinesisfirehose.CfnDeliveryStream_ProcessorParameterProperty{
				ParameterName:  new("Delimiter"),
				ParameterValue: new(`\n`),
			}},
		}},
	}
}

// newStreamRole may write into the bucket. Firehose says by the external id on whose behalf it acts.
// https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
func newStreamRole(scope constructs.Construct, bucket awss3.Bucket) awsiam.Role {
	role := awsiam.NewRole(scope, new("StreamRole"), &awsiam.RoleProps{
		Description: new("Primrose's API logs: writes them into their bucket."),
		AssumedBy:   awsiam.NewServicePrincipal(new("firehose.amazonaws.com"), nil),
		ExternalIds: &[]*string{awscdk.Stack_Of(scope).Account()},
	})
	allow(role, *bucket.BucketArn(), "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
	allow(role, *bucket.BucketArn()+"/*", "s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload")
	acceptOf(role, "Logs have any key within the one bucket that is named.", anyKey)
	return role
}
