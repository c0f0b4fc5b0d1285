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
	originals, variants awss3.Bucket
}

func newStorage(scope constructs.Construct, p Props) storage {
	c := constructs.NewConstruct(scope, new("Storage"))
	return storage{
		originals: newBucket(c, "Originals", awss3.BucketProps{
			Versioned:     new(true),
			RemovalPolicy: awscdk.RemovalPolicy_RETAIN, // nothing can make them again
			LifecycleRules: &[]*awss3.LifecycleRule{{
				NoncurrentVersionExpiration: days(p.Originals.Undo),
				ExpiredObjectDeleteMarker:   new(true),
			}},
		}),
		variants: newBucket(c, "Variants", awss3.BucketProps{
			RemovalPolicy:  awscdk.RemovalPolicy_DESTROY,
			LifecycleRules: &[]*awss3.LifecycleRule{{Expiration: days(p.Variants.Expiry)}},
		}),
	}
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
		"Only CloudFront and the image function read and write here; CloudTrail data events, where wanted, record more than S3's best-effort access logs.")
	return bucket
}

func days(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Days(new(float64(d / config.Day)))
}
