package store

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// sweepers is how many requests of a sweep delete at the same time, each a
// page of at most 1,000 keys. S3 takes 3,500 deletions a second of one prefix.
// It also bounds the keys that a sweep holds, to some 5,000.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
const sweepers = 4

// Sweep deletes all objects whose keys begin with prefix, and those before them
// that such a key leads to, if it does. It returns how many it has deleted,
// even if it fails on the way; the next sweep goes on there.
func (s *S3) Sweep(ctx context.Context, prefix string, leads func(key string) (to string, ok bool)) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var deleted atomic.Int64
	var sweeping sync.WaitGroup
	free := make(chan struct{}, sweepers)
	for page, err := range s.pages(ctx, prefix) {
		if err != nil {
			cancel(err)
			break
		}
		free <- struct{}{} // a request that is under way ends with ctx
		sweeping.Go(func() {
			defer func() { <-free }()
			for _, objects := range [][]types.ObjectIdentifier{led(page, leads), page} {
				n, err := s.delete(ctx, objects)
				deleted.Add(int64(n))
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	sweeping.Wait()
	return int(deleted.Load()), context.Cause(ctx)
}

// led returns what the keys of a page lead to.
func led(page []types.ObjectIdentifier, leads func(key string) (string, bool)) (ends []types.ObjectIdentifier) {
	for _, object := range page {
		if to, ok := leads(*object.Key); ok {
			ends = append(ends, types.ObjectIdentifier{Key: &to})
		}
	}
	return ends
}

// pages lists the keys that begin with prefix, at most 1,000 at once.
func (s *S3) pages(ctx context.Context, prefix string) iter.Seq2[[]types.ObjectIdentifier, error] {
	return func(yield func([]types.ObjectIdentifier, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{
			Bucket: &s.bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl,
		})
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, unavailable(err))
				return
			}
			page := make([]types.ObjectIdentifier, len(out.Contents))
			for i, object := range out.Contents {
				page[i].Key = new(decode(aws.ToString(object.Key), out.EncodingType))
			}
			if len(page) > 0 && !yield(page, nil) {
				return
			}
		}
	}
}

// delete returns how many of the page's objects it has deleted.
func (s *S3) delete(ctx context.Context, page []types.ObjectIdentifier) (int, error) {
	if len(page) == 0 {
		return 0, nil
	}
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &s.bucket,
		Delete: &types.Delete{Objects: page, Quiet: aws.Bool(true)}, // tells only what failed
	})
	if err != nil {
		return 0, unavailable(err)
	}
	if n := len(out.Errors); n > 0 {
		first := out.Errors[0]
		return len(page) - n, unavailable(fmt.Errorf("%d of %d objects were not deleted; the first is %q: %s: %s",
			n, len(page), aws.ToString(first.Key), aws.ToString(first.Code), aws.ToString(first.Message)))
	}
	return len(page), nil
}

// HasOnly reports whether the version is all that a bucket with versions holds
// of the key: no other version, and no mark of a deletion.
func (s *S3) HasOnly(ctx context.Context, key, version string) (bool, error) {
	out, err := s.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
		Bucket: &s.bucket, Prefix: &key, EncodingType: types.EncodingTypeUrl,
		MaxKeys: new(int32(2)), // the key's own come before those of longer keys
	})
	if err != nil {
		return false, unavailable(err)
	}
	held, found := 0, false
	for _, v := range out.Versions {
		if decode(aws.ToString(v.Key), out.EncodingType) == key {
			held++
			found = found || aws.ToString(v.VersionId) == version
		}
	}
	for _, mark := range out.DeleteMarkers {
		if decode(aws.ToString(mark.Key), out.EncodingType) == key {
			held++
		}
	}
	return found && held == 1, nil
}

// decode returns the key that a list spells. Percent-encoded ones are asked
// for, because XML has no way to spell some characters.
func decode(key string, encoding types.EncodingType) string {
	if encoding == types.EncodingTypeUrl {
		if decoded, err := url.QueryUnescape(key); err == nil {
			return decoded
		}
	}
	return key
}
