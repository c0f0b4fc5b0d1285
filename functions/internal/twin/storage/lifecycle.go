package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// lifecycleRule says what S3 deletes by itself. One that is for some keys only
// isn't understood.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
type lifecycleRule struct {
	Status                         string // Enabled or Disabled
	ExpirationInDays               int    // since an object was written; 0 for never
	ExpiredObjectDeleteMarker      bool   // markers that hide no version
	NoncurrentVersionExpiration    *struct{ NoncurrentDays int }
	AbortIncompleteMultipartUpload *struct{ DaysAfterInitiation int }
}

func (r lifecycleRule) check() error {
	noncurrent, uploads := r.NoncurrentVersionExpiration, r.AbortIncompleteMultipartUpload
	switch {
	case r.Status != "Enabled" && r.Status != "Disabled":
		return fmt.Errorf("LifecycleConfiguration: the Status %q is not understood", r.Status)
	case r.ExpirationInDays < 0, noncurrent != nil && noncurrent.NoncurrentDays < 1, uploads != nil && uploads.DaysAfterInitiation < 1:
		return errors.New("LifecycleConfiguration: days must be 1 or more")
	case r.ExpirationInDays > 0 && r.ExpiredObjectDeleteMarker:
		return errors.New("LifecycleConfiguration: a rule can't have both ExpirationInDays and ExpiredObjectDeleteMarker")
	}
	return nil
}

// noncurrentDays is 0 where versions are kept.
func (r lifecycleRule) noncurrentDays() int {
	if r.NoncurrentVersionExpiration == nil {
		return 0
	}
	return r.NoncurrentVersionExpiration.NoncurrentDays
}

// due says whether days after a time, and what is left of the last, are over.
// No days are never over.
func due(since time.Time, days int, now time.Time) bool {
	const day = 24 * time.Hour
	return days > 0 && !now.Before(since.Add(time.Duration(days)*day).Truncate(day).Add(day))
}

// version is one of a key's, or a marker that it was deleted.
type version struct {
	id             *string
	written        time.Time
	marker, latest bool
}

// expired are those of a key's versions, the newest first, whose time is over.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
func (r lifecycleRule) expired(versions []version, now time.Time) (gone []version) {
	for i, v := range versions {
		switch {
		case !v.latest && i > 0 && due(versions[i-1].written, r.noncurrentDays(), now),
			v.latest && v.marker && len(versions) == 1 && r.ExpiredObjectDeleteMarker,
			v.latest && !v.marker && due(v.written, r.ExpirationInDays, now):
			gone = append(gone, v)
		}
	}
	return gone
}

// Age deletes what S3 would have deleted by now, by the buckets' rules.
// EventBridge isn't told of it.
func (s *Storage) Age(ctx context.Context, now time.Time) error {
	var errs []error
	for name, b := range s.buckets {
		for _, rule := range b.lifecycle {
			if rule.Status == "Enabled" {
				errs = append(errs, s.expire(ctx, name, rule, now), s.abort(ctx, name, rule, now))
			}
		}
	}
	return errors.Join(errs...)
}

// expire deletes versions. What is current is deleted as anybody would, which
// in a bucket with versions leaves a marker.
func (s *Storage) expire(ctx context.Context, bucket string, rule lifecycleRule, now time.Time) error {
	owner := s.owner()
	keys, err := history(ctx, owner, bucket)
	if err != nil {
		return err
	}
	for key, versions := range keys {
		for _, v := range rule.expired(versions, now) {
			if v.latest && !v.marker {
				v.id = nil
			}
			if _, err := owner.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key, VersionId: v.id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// history are the versions of a bucket's keys, the newest first.
func history(ctx context.Context, owner *s3.Client, bucket string) (map[string][]version, error) {
	keys := map[string][]version{}
	pages := s3.NewListObjectVersionsPaginator(owner, &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, v := range page.Versions {
			keys[*v.Key] = append(keys[*v.Key], version{v.VersionId, *v.LastModified, false, *v.IsLatest})
		}
		for _, m := range page.DeleteMarkers {
			keys[*m.Key] = append(keys[*m.Key], version{m.VersionId, *m.LastModified, true, *m.IsLatest})
		}
	}
	for _, versions := range keys {
		slices.SortStableFunc(versions, func(a, b version) int {
			if a.latest != b.latest { // written in the same second, perhaps
				return map[bool]int{true: -1, false: 1}[a.latest]
			}
			return b.written.Compare(a.written)
		})
	}
	return keys, nil
}

// abort ends uploads of which too long nothing was heard.
func (s *Storage) abort(ctx context.Context, bucket string, rule lifecycleRule, now time.Time) error {
	if rule.AbortIncompleteMultipartUpload == nil {
		return nil
	}
	owner := s.owner()
	pages := s3.NewListMultipartUploadsPaginator(owner, &s3.ListMultipartUploadsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if !due(*u.Initiated, rule.AbortIncompleteMultipartUpload.DaysAfterInitiation, now) {
				continue
			}
			if _, err := owner.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &bucket, Key: u.Key, UploadId: u.UploadId}); err != nil {
				return err
			}
		}
	}
	return nil
}
