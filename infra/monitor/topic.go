package monitor

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Topic is where the alarms of a region go: the topic of an ARN, or a new one, whose messages are
// mailed to an address. Either may be empty; to a topic without readers anybody may subscribe later.
//
// A new topic is not encrypted at rest. What it holds, for a moment, is the name and description of
// an alarm; the key that SNS has for nothing is closed to CloudWatch, and one of our own costs a
// dollar a month.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
func Topic(scope constructs.Construct, arn, email string) awssns.ITopic {
	if arn != "" {
		return awssns.Topic_FromTopicArn(scope, new("Topic"), new(arn))
	}
	topic := awssns.NewTopic(scope, new("Topic"), &awssns.TopicProps{EnforceSSL: new(true)})
	Publish(topic, "cloudwatch.amazonaws.com")
	if email != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(new(email), nil))
	}
	return topic
}

// Publish lets a service of AWS write to a topic on behalf of this account. On a topic that somebody
// else made it does nothing: its owner has to.
func Publish(topic awssns.ITopic, service string) {
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new(service), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(topic).Account()},
		},
	}))
}
