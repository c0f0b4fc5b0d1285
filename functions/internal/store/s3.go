package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// S3 is a bucket.
type S3 struct {
	client *s3.Client
	bucket string
}

// NewS3 returns the bucket's store.
func NewS3(client *s3.Client, bucket string) *S3 { return &S3{client, bucket} }

// attempt is how long each step of one attempt may take: to connect, to agree
// on a key, and from the request's end to the answer's begin. AWS says to try
// again after 2 s what is smaller than 512 KB.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html
const attempt = 2 * time.Second

// NewClient returns a client for region and credentials as the environment
// gives them. A store that is down is told within seconds: a viewer waits.
// There is no limit to a whole exchange, since originals may be large; that
// is the caller's deadline.
func NewClient(ctx context.Context, options ...func(*s3.Options)) (*s3.Client, error) {
	transport := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = attempt }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = attempt
			t.ResponseHeaderTimeout = attempt
		})
	conf, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(transport),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = 3
				o.MaxBackoff = 500 * time.Millisecond
			})
		}))
	if err != nil {
		return nil, err
	}
	quiet := func(o *s3.Options) {
		// Originals that were uploaded without a checksum are no news.
		o.DisableLogOutputChecksumValidationSkipped = true
	}
	return s3.NewFromConfig(conf, append(options, quiet)...), nil
}

// Get implements [Reader]. S3 verifies the checksum that an object was
// uploaded with: the body's last read then fails if the bytes differ.
func (s *S3) Get(ctx context.Context, key string) (*Object, error) {
	watch := newWatch(ctx)
	out, err := s.client.GetObject(watch.ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if err = watch.heard(err); err != nil {
		watch.cancel(nil)
		return nil, s.getError(ctx, key, err)
	}
	return &Object{
		Meta: Meta{
			ContentType:  aws.ToString(out.ContentType),
			CacheControl: aws.ToString(out.CacheControl),
			Disposition:  aws.ToString(out.ContentDisposition),
			User:         out.Metadata,
		},
		Body: watched{out.Body, watch},
		Size: aws.ToInt64(out.ContentLength),
		ETag: aws.ToString(out.ETag),
	}, nil
}

// Put implements [Writer]. The client adds a checksum of the body, which S3
// verifies before it stores anything.
func (s *S3) Put(ctx context.Context, key string, meta Meta, body []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:             &s.bucket,
		Key:                &key,
		Body:               bytes.NewReader(body),
		ContentType:        optional(meta.ContentType),
		CacheControl:       optional(meta.CacheControl),
		ContentDisposition: optional(meta.Disposition),
		Metadata:           meta.User,
	})
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// ETag implements [Source]. It is given up after one attempt's time: who asks
// for it can do without.
func (s *S3) ETag(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return "", s3Error(err)
	}
	return aws.ToString(out.ETag), nil
}

// Keys implements [Catalog]; limit is at most 1,000, S3's page.
func (s *S3) Keys(ctx context.Context, after string, limit int) ([]string, error) {
	out, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, StartAfter: optional(after), MaxKeys: new(int32(limit))})
	if err != nil {
		return nil, unavailable(err)
	}
	var keys []string
	for _, object := range out.Contents {
		keys = append(keys, aws.ToString(object.Key))
	}
	return keys, nil
}

// getError tells an object that may not be read, as when the role lacks the
// key that it is encrypted with, from one that is not there: S3 says
// AccessDenied of the latter, too, to who may not list the bucket.
func (s *S3) getError(ctx context.Context, key string, err error) error {
	if fault, ok := errors.AsType[smithy.APIError](err); ok && fault.ErrorCode() == "AccessDenied" && s.lists(ctx, key) {
		return unavailable(fmt.Errorf("%q exists in the bucket %s and may not be read: grant s3:GetObject on it, and kms:Decrypt on its key "+
			"if it is encrypted with one of your own: %w", key, s.bucket, err))
	}
	return s3Error(err)
}

// lists reports whether the bucket is known to hold the key.
func (s *S3) lists(ctx context.Context, key string) bool {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	out, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &key, MaxKeys: new(int32(1))})
	return err == nil && len(out.Contents) > 0 && aws.ToString(out.Contents[0].Key) == key
}

// s3Error tells a key without an object from a bucket that fails. To a role
// that may not list the bucket, S3 says AccessDenied of what is not there;
// wrong credentials have other codes.
func s3Error(err error) error {
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		switch fault.ErrorCode() {
		case "NoSuchKey", "NotFound", "AccessDenied", "KeyTooLongError":
			return errors.Join(ErrNotExist, err)
		}
	}
	return unavailable(err)
}

// optional is nil for text that is absent.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
