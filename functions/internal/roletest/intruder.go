package roletest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"primrose/functions/internal/s3test"
)

// User makes a user who has the policy's rights, and returns the environment
// that makes an AWS client this user.
func (p Policy) User(t testing.TB) map[string]string {
	t.Helper()
	return s3test.User(t, p.String())
}

// Allows has a user with the policy's rights try all that S3 offers, on each
// of the buckets and on one that the policy doesn't know. The test fails
// unless exactly the calls that are named succeed, and all others are
// forbidden.
func (p Policy) Allows(t *testing.T, want map[string][]string) {
	t.Helper()
	intruder := p.client(t)
	want[s3test.Bucket(t)] = nil
	for bucket, allowed := range want {
		if _, err := s3test.Client(t).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: key, Body: strings.NewReader("a")}); err != nil {
			t.Fatal(err)
		}
		for name, call := range calls {
			switch err := call(t.Context(), intruder, &bucket); {
			case slices.Contains(allowed, name) && err != nil:
				t.Errorf("%s is needed, and fails: %v", name, err)
			case !slices.Contains(allowed, name) && !forbidden(err):
				t.Errorf("%s is not forbidden: %v", name, err)
			}
		}
	}
	if out, err := intruder.ListBuckets(t.Context(), nil); !forbidden(err) && (err != nil || len(out.Buckets) > 0) {
		t.Errorf("ListBuckets is not forbidden: %v", err)
	}
}

// client is that of a user who has the policy's rights.
func (p Policy) client(t testing.TB) *s3.Client {
	t.Helper()
	env := p.User(t)
	return s3.New(s3.Options{
		BaseEndpoint: new(s3test.Endpoint(t)),
		UsePathStyle: true,
		Region:       s3test.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], ""),
	})
}

func forbidden(err error) bool {
	answer, ok := errors.AsType[*awshttp.ResponseError](err)
	return ok && answer.HTTPStatusCode() == http.StatusForbidden
}

// key is of the object that is tried on.
var key = new("a")

// calls are what can be done to a bucket and to its object.
var calls = map[string]func(ctx context.Context, client *s3.Client, bucket *string) error{
	"GetObject":          call((*s3.Client).GetObject, func(b *string) s3.GetObjectInput { return s3.GetObjectInput{Bucket: b, Key: key} }),
	"GetObjectVersion":   call((*s3.Client).GetObject, func(b *string) s3.GetObjectInput { return s3.GetObjectInput{Bucket: b, Key: key, VersionId: new("1")} }),
	"HeadObject":         call((*s3.Client).HeadObject, func(b *string) s3.HeadObjectInput { return s3.HeadObjectInput{Bucket: b, Key: key} }),
	"GetObjectAcl":       call((*s3.Client).GetObjectAcl, func(b *string) s3.GetObjectAclInput { return s3.GetObjectAclInput{Bucket: b, Key: key} }),
	"GetObjectTagging":   call((*s3.Client).GetObjectTagging, func(b *string) s3.GetObjectTaggingInput { return s3.GetObjectTaggingInput{Bucket: b, Key: key} }),
	"GetObjectRetention": call((*s3.Client).GetObjectRetention, func(b *string) s3.GetObjectRetentionInput { return s3.GetObjectRetentionInput{Bucket: b, Key: key} }),
	"PutObject": call((*s3.Client).PutObject, func(b *string) s3.PutObjectInput {
		return s3.PutObjectInput{Bucket: b, Key: key, Body: strings.NewReader("b")}
	}),
	"PutObjectTagging": call((*s3.Client).PutObjectTagging, func(b *string) s3.PutObjectTaggingInput {
		return s3.PutObjectTaggingInput{Bucket: b, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: key, Value: key}}}}
	}),
	"CreateMultipartUpload": call((*s3.Client).CreateMultipartUpload, func(b *string) s3.CreateMultipartUploadInput {
		return s3.CreateMultipartUploadInput{Bucket: b, Key: key}
	}),
	"AbortMultipartUpload": call((*s3.Client).AbortMultipartUpload, func(b *string) s3.AbortMultipartUploadInput {
		return s3.AbortMultipartUploadInput{Bucket: b, Key: key, UploadId: key}
	}),
	"DeleteObject": call((*s3.Client).DeleteObject, func(b *string) s3.DeleteObjectInput { return s3.DeleteObjectInput{Bucket: b, Key: key} }),
	"DeleteObjectVersion": call((*s3.Client).DeleteObject, func(b *string) s3.DeleteObjectInput {
		return s3.DeleteObjectInput{Bucket: b, Key: key, VersionId: new("1")}
	}),
	"ListObjects":          call((*s3.Client).ListObjects, func(b *string) s3.ListObjectsInput { return s3.ListObjectsInput{Bucket: b} }),
	"ListObjectsV2":        call((*s3.Client).ListObjectsV2, func(b *string) s3.ListObjectsV2Input { return s3.ListObjectsV2Input{Bucket: b} }),
	"ListObjectVersions":   call((*s3.Client).ListObjectVersions, func(b *string) s3.ListObjectVersionsInput { return s3.ListObjectVersionsInput{Bucket: b} }),
	"ListMultipartUploads": call((*s3.Client).ListMultipartUploads, func(b *string) s3.ListMultipartUploadsInput { return s3.ListMultipartUploadsInput{Bucket: b} }),
	"HeadBucket":           call((*s3.Client).HeadBucket, func(b *string) s3.HeadBucketInput { return s3.HeadBucketInput{Bucket: b} }),
	"GetBucketAcl":         call((*s3.Client).GetBucketAcl, func(b *string) s3.GetBucketAclInput { return s3.GetBucketAclInput{Bucket: b} }),
	"GetBucketPolicy":      call((*s3.Client).GetBucketPolicy, func(b *string) s3.GetBucketPolicyInput { return s3.GetBucketPolicyInput{Bucket: b} }),
	"GetBucketVersioning":  call((*s3.Client).GetBucketVersioning, func(b *string) s3.GetBucketVersioningInput { return s3.GetBucketVersioningInput{Bucket: b} }),
	"GetBucketTagging":     call((*s3.Client).GetBucketTagging, func(b *string) s3.GetBucketTaggingInput { return s3.GetBucketTaggingInput{Bucket: b} }),
	"GetBucketCors":        call((*s3.Client).GetBucketCors, func(b *string) s3.GetBucketCorsInput { return s3.GetBucketCorsInput{Bucket: b} }),
	"PutBucketPolicy": call((*s3.Client).PutBucketPolicy, func(b *string) s3.PutBucketPolicyInput {
		return s3.PutBucketPolicyInput{Bucket: b, Policy: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::` + *b + `"}]}`)}
	}),
	"PutBucketVersioning": call((*s3.Client).PutBucketVersioning, func(b *string) s3.PutBucketVersioningInput {
		return s3.PutBucketVersioningInput{Bucket: b, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}}
	}),
	"PutBucketOwnershipControls": call((*s3.Client).PutBucketOwnershipControls, func(b *string) s3.PutBucketOwnershipControlsInput {
		return s3.PutBucketOwnershipControlsInput{Bucket: b, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipObjectWriter}}}}
	}),
	"DeleteBucketPolicy": call((*s3.Client).DeleteBucketPolicy, func(b *string) s3.DeleteBucketPolicyInput { return s3.DeleteBucketPolicyInput{Bucket: b} }),
	"DeleteBucket":       call((*s3.Client).DeleteBucket, func(b *string) s3.DeleteBucketInput { return s3.DeleteBucketInput{Bucket: b} }),
	"CreateBucket":       call((*s3.Client).CreateBucket, func(b *string) s3.CreateBucketInput { return s3.CreateBucketInput{Bucket: new("new-" + *b)} }),
}

// call makes a client's method one of a table.
func call[In, Out any](method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (Out, error), input func(bucket *string) In) func(context.Context, *s3.Client, *string) error {
	return func(ctx context.Context, client *s3.Client, bucket *string) error {
		in := input(bucket)
		_, err := method(client, ctx, &in)
		return err
	}
}
