package service

import (
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
)

// purge removes what was made of an original that was overwritten or deleted. S3 tells EventBridge,
// which puts a message into a queue; the function empties the queue, and puts a message of its own
// into it for the second sweep, after the last invocation that may have read the old original.
//
// What it deletes can be made again, so nothing here has versions to go back to or gets its traffic
// by and by: what fails stays in the queue, and the next version finds it there.
type purge struct {
	function           awslambda.Function
	queue, deadLetters awssqs.Queue
	changes            awsevents.CfnRule
}

const (
	// purgeTimeout is enough to delete 100,000 variants of one original: S3 takes 3,500 deletions
	// a second under one prefix. What is not done by then, the next attempt has less of.
	purgeTimeout = 2 * time.Minute

	// purgeWindow is how long a batch may wait to fill, because one invocation does for all of it.
	purgeWindow = 5 * time.Second

	// purgePatience is how long a message is one invocation's. Lambda wants six times the
	// function's timeout and the window, so that messages which it holds back when throttled are
	// not handed out twice.
	// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
	purgePatience = 6*purgeTimeout + purgeWindow

	// purgeAttempts, each after purgePatience, outlast an hour's trouble.
	purgeAttempts = 5

	// purgeSettle is how long after an invocation's last moment the second sweep comes. What was
	// stored then, S3 lists at once; the rest is for clocks that differ.
	purgeSettle = 10 * time.Second
)

func newPurge(scope constructs.Construct, p Props, s storage, e edge) purge {
	c := constructs.NewConstruct(scope, new("Purge"))
	deadLetters := newQueue(c, "DeadLetters", awssqs.QueueProps{
		RetentionPeriod: awscdk.Duration_Days(new(14.0)), // the longest: counted from when the message was first sent
	})
	queue := newQueue(c, "Queue", awssqs.QueueProps{
		VisibilityTimeout: seconds(purgePatience),
		RetentionPeriod:   awscdk.Duration_Days(new(4.0)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: deadLetters, MaxReceiveCount: new(float64(purgeAttempts))},
	})
	changes := listen(c, s, queue, deadLetters)

	function := newFunction(c, "Function", newPurgeRole(c, p, s, e, queue), newLogs(c, "Logs", p.Image.LogRetention), awslambda.FunctionProps{
		Description:  new("Primrose: deletes the variants of originals that were overwritten or deleted."),
		Architecture: architecture(p.Image.Architecture),
		Code:         p.PurgeCode(),
		Environment:  purgeEnvironment(scope, p, s, e, queue),
		MemorySize:   new(256.0), // it waits for S3; a page of 1,000 keys takes a few MB
		Timeout:      seconds(purgeTimeout),
	})
	feed(c, queue, function)
	return purge{function, queue, deadLetters, changes}
}

// newQueue makes a queue as both are: encrypted, TLS only.
func newQueue(scope constructs.Construct, id string, props awssqs.QueueProps) awssqs.Queue {
	props.Encryption = awssqs.QueueEncryption_SQS_MANAGED
	props.EnforceSSL = new(true)
	return awssqs.NewQueue(scope, new(id), &props)
}

// listen has EventBridge put changes of originals into the queue, or what it cannot put there to the
// dead letters; and nobody else.
//
// Old versions end by their age all the time. What viewers see does not change by that, and every
// sweep costs something, so those events are left out: of what a lifecycle does, only that matters
// which hides an original behind a delete marker, or deletes one that has no versions.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
func listen(scope constructs.Construct, s storage, queue, deadLetters awssqs.Queue) awsevents.CfnRule {
	rule := awsevents.NewCfnRule(scope, new("Changes"), &awsevents.CfnRuleProps{
		Description: new("Primrose: originals that were created, overwritten or deleted."),
		EventPattern: map[string]any{
			"source":      []any{"aws.s3"},
			"detail-type": []any{"Object Created", "Object Deleted"},
			"detail": map[string]any{
				"bucket": map[string]any{"name": []any{s.originals.BucketName()}},
				"$or": []any{
					map[string]any{"reason": []any{map[string]any{"anything-but": "Lifecycle Expiration"}}},
					map[string]any{"deletion-type": []any{"Delete Marker Created"}},
					map[string]any{"object": map[string]any{"version-id": []any{map[string]any{"exists": false}}}},
				},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: new("Queue"), Arn: queue.QueueArn(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: deadLetters.QueueArn()},
		}},
	})
	conditions := *sameAccount(scope)
	conditions["ArnEquals"] = map[string]any{"aws:SourceArn": rule.AttrArn()}
	for _, q := range []awssqs.Queue{queue, deadLetters} {
		q.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("events.amazonaws.com"), nil)},
			Actions:    jsii.Strings("sqs:SendMessage"),
			Resources:  &[]*string{q.QueueArn()},
			Conditions: &conditions,
		}))
	}
	return rule
}

// feed has Lambda hand the queue's messages to the function.
//
// The function says which messages failed, and only those come again. Few batches at a time are
// enough, and leave the account's concurrency to viewers: this bounds them without reserving any,
// which new accounts cannot.
func feed(scope constructs.Construct, queue awssqs.Queue, function awslambda.Function) {
	awslambda.NewCfnEventSourceMapping(scope, new("Source"), &awslambda.CfnEventSourceMappingProps{
		EventSourceArn:                 queue.QueueArn(),
		FunctionName:                   function.FunctionName(),
		BatchSize:                      new(100.0),
		MaximumBatchingWindowInSeconds: new(purgeWindow.Seconds()),
		FunctionResponseTypes:          jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig:                  &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: new(5.0)},
	})
}

// purgeEnvironment is what the function is told. The names are its own constants; a test compares.
func purgeEnvironment(scope constructs.Construct, p Props, s storage, e edge, queue awssqs.Queue) *map[string]*string {
	environment := map[string]*string{
		"PRIMROSE_SERVICE":   serviceName(scope),
		"PRIMROSE_ORIGINALS": s.originals.BucketName(),
		"PRIMROSE_VARIANTS":  s.variants.BucketName(),
		"PRIMROSE_QUEUE":     queue.QueueUrl(),
		"PRIMROSE_SETTLE":    new(strconv.Itoa(int(settle(p.Image) / time.Second))),
	}
	if p.Purge.Edge {
		environment["PRIMROSE_DISTRIBUTION"] = e.distribution.DistributionId()
	}
	return &environment
}

// settle is how long after a change no invocation that began before it runs any more.
func settle(image config.Image) time.Duration { return image.Timeout() + purgeSettle }

// newPurgeRole may see which versions an original has, delete variants, work through the queue, and
// invalidate the edge if that is wanted.
func newPurgeRole(scope constructs.Construct, p Props, s storage, e edge, queue awssqs.Queue) awsiam.Role {
	role := newRole(scope, "Role", "lambda.amazonaws.com", "Primrose's purge function: deletes variants, invalidates the edge, logs.")
	allow(role, *s.originals.BucketArn(), "s3:ListBucketVersions")
	allow(role, *s.variants.BucketArn(), "s3:ListBucket")
	allow(role, *s.variants.BucketArn()+"/*", "s3:DeleteObject")
	allow(role, *queue.QueueArn(), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage")
	if p.Purge.Edge {
		allow(role, *e.distribution.DistributionArn(), "cloudfront:CreateInvalidation")
	}
	acceptOf(role, "Variants have any key within the one bucket that is named.", anyKey)
	return role
}
