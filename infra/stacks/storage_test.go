package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"primrose/infra/config"
)

// The originals are the one thing here that cannot be made again; and each change of one is told to
// EventBridge, by the bucket itself and no function of CDK's.
func TestOriginalsAreKeptAndTellOfChanges(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		bucket := made.Resources["PrimroseStorageOriginalsFA39B013"]
		if versioning := bucket.Properties.get("VersioningConfiguration", "Status"); bucket.DeletionPolicy != retained || versioning != "Enabled" {
			t.Errorf("deletion policy %s, versioning %v", bucket.DeletionPolicy, versioning)
		}
		if told := bucket.Properties.get("NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"); told != true {
			t.Errorf("EventBridge is told: %v", told)
		}
	})
}

// No mistake in a policy or an access list can open a bucket of ours to the public, and S3 encrypts what is in it.
func TestBucketsArePrivate(t *testing.T) {
	for _, stage := range stages() {
		made := home(t, stage)
		for _, id := range made.of("AWS::S3::Bucket") {
			p := made.Resources[id].Properties
			if got := fmt.Sprint(p["PublicAccessBlockConfiguration"]); got != "map[BlockPublicAcls:true BlockPublicPolicy:true IgnorePublicAcls:true RestrictPublicBuckets:true]" {
				t.Errorf("%s: %s is open to the public by %s", stage.Name, id, got)
			}
			if got := fmt.Sprint(p.get("OwnershipControls", "Rules")); got != "[map[ObjectOwnership:BucketOwnerEnforced]]" {
				t.Errorf("%s: %s has access lists: %s", stage.Name, id, got)
			}
			if p["BucketEncryption"] == nil {
				t.Errorf("%s: %s is not encrypted", stage.Name, id)
			}
		}
	}
}

// An existing bucket is read, and not made, not changed.
func TestAnExistingBucketIsOnlyRead(t *testing.T) {
	made := home(t, eastern())
	same(t, "buckets", made.of("AWS::S3::Bucket"), []string{"PrimroseStorageVariantsD6D974F1"})
	same(t, "policies", made.of("AWS::S3::BucketPolicy"), []string{"PrimroseStorageVariantsPolicyC1AD947B"})
	var got []string
	for _, id := range made.of("AWS::IAM::Policy") {
		for _, permission := range allowed(id, made.Resources[id].Properties.objects("PolicyDocument", "Statement")) {
			if strings.Contains(permission, "photos.example.org") {
				got = append(got, permission[strings.Index(permission, " ")+1:])
			}
		}
	}
	same(t, "allowed", got, []string{
		"s3:GetObject on arn:aws:s3:::photos.example.org/*",
		"s3:ListBucket on arn:aws:s3:::photos.example.org",
		"s3:ListBucketVersions on arn:aws:s3:::photos.example.org",
	})
}
