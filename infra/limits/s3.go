package limits

import (
	"slices"
	"strings"
)

var s3 = slices.Concat(
	about("AWS::S3::Bucket", "AmazonS3/latest/userguide/intro-lifecycle-rules.html",
		rule{name: "s3-lifecycle-action", check: each("LifecycleConfiguration.Rules", doesSomething)},
		rule{name: "s3-lifecycle-days", check: all(
			between("LifecycleConfiguration.Rules.ExpirationInDays", 1, 36_500, "days"),
			between("LifecycleConfiguration.Rules.NoncurrentVersionExpiration.NoncurrentDays", 1, 36_500, "days"),
			between("LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation", 1, 36_500, "days"))},
		rule{name: "s3-lifecycle-markers", check: each("LifecycleConfiguration.Rules", markersOrAge)},
		rule{name: "s3-uploads", check: set("LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload")}, // invisible, and paid for
		rule{name: "s3-versions", check: versionsEnd},
	),
	about("AWS::S3::Bucket", "AmazonS3/latest/userguide/security-best-practices.html",
		rule{name: "s3-public", check: all(
			is("PublicAccessBlockConfiguration.BlockPublicAcls", true), is("PublicAccessBlockConfiguration.BlockPublicPolicy", true),
			is("PublicAccessBlockConfiguration.IgnorePublicAcls", true), is("PublicAccessBlockConfiguration.RestrictPublicBuckets", true))},
		rule{name: "s3-encryption", check: set("BucketEncryption.ServerSideEncryptionConfiguration")},
		rule{name: "s3-ownership", check: allOwn},
		rule{name: "s3-tls", check: deniesPlainHTTP},
		rule{name: "s3-kept", check: fateIsSaid},
	),
	about("AWS::S3::Bucket", "AmazonS3/latest/userguide/bucketnamingrules.html",
		rule{name: "s3-name", check: like("BucketName", `[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`)},
	),
)

var lifecycleActions = []string{"ExpirationInDays", "ExpirationDate", "ExpiredObjectDeleteMarker", "NoncurrentVersionExpiration",
	"AbortIncompleteMultipartUpload", "Transitions", "NoncurrentVersionTransitions"}

func doesSomething(_ Template, rule map[string]any) problems {
	return unless(slices.ContainsFunc(lifecycleActions, func(a string) bool { return rule[a] != nil }),
		"a lifecycle rule does nothing: give it one of %s", strings.Join(lifecycleActions, ", "))
}

func markersOrAge(_ Template, rule map[string]any) problems {
	return unless(rule["ExpiredObjectDeleteMarker"] == nil || rule["ExpirationInDays"] == nil && rule["ExpirationDate"] == nil,
		"a lifecycle rule has ExpiredObjectDeleteMarker and an expiry: S3 takes one of them")
}

// versionsEnd: old versions are paid for until something deletes them.
func versionsEnd(_ Template, r Resource) problems {
	versioned := value(r.Properties, "VersioningConfiguration.Status") == "Enabled"
	ends := len(values(r.Properties, "LifecycleConfiguration.Rules.NoncurrentVersionExpiration")) > 0
	return unless(!versioned || ends,
		"versions are kept for ever: add NoncurrentVersionExpiration to a lifecycle rule")
}

// allOwn: where access lists are in use, whoever puts an object says who may read it.
func allOwn(_ Template, r Resource) problems {
	return unless(slices.Equal(texts(r.Properties, "OwnershipControls.Rules.ObjectOwnership"), []string{"BucketOwnerEnforced"}),
		"access lists are in use: set ObjectOwnership to BucketOwnerEnforced")
}

// fateIsSaid: what becomes of images without their stack is nothing to leave to a default.
func fateIsSaid(_ Template, r Resource) problems {
	return unless(r.DeletionPolicy != "", "no DeletionPolicy says what becomes of the images: it would be Delete")
}

func deniesPlainHTTP(t Template, r Resource) problems {
	for _, policy := range t.all("AWS::S3::BucketPolicy") {
		if bucket, _ := t.target(policy.Properties["Bucket"]); bucket.ID != r.ID {
			continue
		}
		for _, s := range objects(policy.Properties, "PolicyDocument.Statement") {
			if s["Effect"] == "Deny" && s["Action"] == "s3:*" && len(values(s, "Resource")) == 2 &&
				(s["Principal"] == "*" || value(s, "Principal.AWS") == "*") && text(value(s, "Condition.Bool.aws:SecureTransport")) == "false" {
				return nil
			}
		}
	}
	return []string{"it may be used without TLS: add a policy that denies it (EnforceSSL)"}
}
