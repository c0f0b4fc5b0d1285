package service

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"primrose/infra/config"
)

// storage holds what was uploaded and what was made of it, in two buckets: they differ in who may
// write, in what may be lost and in how they age.
type storage struct {
	originals awss3.IBucket // ours, another app's, or imported by its name
	variants  awss3.Bucket
}

func newStorage(scope constructs.Construct, p Props) storage {
	c := constructs.NewConstruct(scope, new("Storage"))
	return storage{
		originals: newOriginals(c, p),
		variants: newBucket(c, "Variants", awss3.BucketProps{
			RemovalPolicy:  awscdk.RemovalPolicy_DESTROY,
			LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(p.Variants.Expiry)}},
			Cors:           readableByScripts(),
		}),
	}
}

// newOriginals is the bucket that is given, or the one that is named, or else a new one. One that is
// not made here is left as it is: its owner has to switch on versioning and notifications to EventBridge.
func newOriginals(scope constructs.Construct, p Props) awss3.IBucket {
	switch {
	case p.OriginalsBucket != nil:
		return p.OriginalsBucket
	case p.Originals.Bucket != "":
		return awss3.Bucket_FromBucketName(scope, new("Originals"), new(p.Originals.Bucket))
	}
	bucket := newBucket(scope, "Originals", awss3.BucketProps{
		Versioned:     new(true),
		RemovalPolicy: removal(p.Removal),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			NoncurrentVersionExpiration: days(p.Originals.Undo),
			ExpiredObjectDeleteMarker:   new(true),
		}},
	})
	notifyEventBridge(bucket)
	return bucket
}

// notifyEventBridge has each change told to EventBridge, by the bucket's own property: the construct's
// would add a function that sets it.
func notifyEventBridge(bucket awss3.Bucket) {
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
		EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: new(true)},
	})
}

// readableByScripts has S3 say that any site's scripts may read what they got, such as to draw it on a
// canvas. Nobody gets more by it. The edge could say so of everything itself, but would then tell
// caches that variants differ by who asks, and not by what is accepted; and it takes none of these
// headers as one of its own choice.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func readableByScripts() *[]*awss3.CorsRule {
	return &[]*awss3.CorsRule{{
		AllowedOrigins: &[]*string{new("*")},
		AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_GET, awss3.HttpMethods_HEAD},
	}}
}

// newBucket makes a bucket as all of ours are: private, encrypted, TLS only, without access lists,
// and without the invisible parts of uploads that were given up.
func newBucket(scope constructs.Construct, id string, props awss3.BucketProps) awss3.Bucket {
	props.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
	props.Encryption = awss3.BucketEncryption_S3_MANAGED
	props.EnforceSSL = new(true)
	props.ObjectOwnership = awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED
	for _, rule := range *props.LifecycleRules {
		rule.AbortIncompleteMultipartUploadAfter = days(7 * config.Day)
	}
	bucket := awss3.NewBucket(scope, new(id), &props)
	accept(bucket, "AwsSolutions-S1",
		"CloudTrail's data events, where wanted, record more than S3's best-effort access logs.")
	return bucket
}

func days(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Days(new(float64(d / config.Day)))
}

// retained is for what outlives its stack; but what a deploy made goes again if that same deploy is
// undone. It would be forgotten, or in the way of the next try: Lambda, for one, makes no second
// version of the same code.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
const retained = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE

// removal is what becomes of what cannot be made again.
func removal(r config.Removal) awscdk.RemovalPolicy {
	if r == config.Destroy {
		return awscdk.RemovalPolicy_DESTROY
	}
	return retained
}
