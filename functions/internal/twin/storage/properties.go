package storage

import (
	"errors"
	"fmt"

	"primrose/functions/internal/twin/identity"
	"primrose/functions/internal/twin/template"
)

// bucket is what the twin obeys of a bucket's properties.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
type bucket struct {
	BucketEncryption               encryption
	CorsConfiguration              struct{ CorsRules []corsRule }
	LifecycleConfiguration         struct{ Rules []lifecycleRule }
	NotificationConfiguration      notifications
	OwnershipControls              ownership
	PublicAccessBlockConfiguration *publicAccessBlock
	VersioningConfiguration        struct{ Status string } // Enabled, or "" for a bucket without versions
}

type encryption struct {
	ServerSideEncryptionConfiguration []struct {
		ServerSideEncryptionByDefault struct{ SSEAlgorithm string }
	}
}

// corsRule is given to the S3 server, which obeys it.
type corsRule struct {
	AllowedHeaders, AllowedMethods, AllowedOrigins, ExposedHeaders []string
	MaxAge                                                         *int32 // seconds
}

type notifications struct {
	EventBridgeConfiguration *struct{ EventBridgeEnabled *bool } // true by default
}

func (n notifications) eventBridge() bool {
	c := n.EventBridgeConfiguration
	return c != nil && (c.EventBridgeEnabled == nil || *c.EventBridgeEnabled)
}

type ownership struct {
	Rules []struct{ ObjectOwnership string }
}

type publicAccessBlock struct {
	BlockPublicAcls, IgnorePublicAcls        template.NoBearing // of ACLs there are none, by the bucket's ownership
	BlockPublicPolicy, RestrictPublicBuckets bool
}

// blocksAll is what a new bucket has by default.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
var blocksAll = publicAccessBlock{BlockPublicPolicy: true, RestrictPublicBuckets: true}

type bucketPolicy struct {
	Bucket         string
	PolicyDocument identity.Document
}

// check refuses values that the twin can't obey.
func (b bucket) check() error {
	for _, rule := range b.BucketEncryption.ServerSideEncryptionConfiguration {
		if algorithm := rule.ServerSideEncryptionByDefault.SSEAlgorithm; algorithm != "AES256" {
			return fmt.Errorf("BucketEncryption: the SSEAlgorithm %q is not understood", algorithm)
		}
	}
	for _, rule := range b.OwnershipControls.Rules {
		if rule.ObjectOwnership != "BucketOwnerEnforced" {
			return fmt.Errorf("OwnershipControls: %q is not understood", rule.ObjectOwnership)
		}
	}
	for _, rule := range b.LifecycleConfiguration.Rules {
		if err := rule.check(); err != nil {
			return err
		}
	}
	if status := b.VersioningConfiguration.Status; status != "" && status != "Enabled" {
		return fmt.Errorf("VersioningConfiguration: the Status %q is not understood", status)
	}
	return nil
}

// permits says whether the public access block lets a policy be attached.
func (b bucket) permits(policy identity.Document) error {
	block := blocksAll
	if b.PublicAccessBlockConfiguration != nil {
		block = *b.PublicAccessBlockConfiguration
	}
	switch {
	case !public(policy):
		return nil
	case block.BlockPublicPolicy:
		return errors.New("the policy lets anybody in, which BlockPublicPolicy forbids")
	case block.RestrictPublicBuckets:
		return errors.New("a policy that lets anybody in is not understood together with RestrictPublicBuckets")
	}
	return nil
}

// public says whether a policy lets anybody in. Conditions may keep them out;
// which do is not looked into.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func public(policy identity.Document) bool {
	for _, s := range policy.Statement {
		if s.Effect == "Allow" && s.Principal.Anybody() {
			return true
		}
	}
	return false
}
