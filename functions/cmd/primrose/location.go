package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/smithy-go"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/store"
)

// bucketScheme begins the location of a bucket. Any other location is a
// folder's path.
const bucketScheme = "s3://"

func inBucket(location string) bool { return strings.HasPrefix(location, bucketScheme) }

// locate returns a location as it is shown and opened: a bucket's name
// without a final slash, or a folder's path in full.
func locate(location string) (string, error) {
	bucket, ok := strings.CutPrefix(location, bucketScheme)
	if !ok {
		return filepath.Abs(location)
	}
	bucket = strings.TrimSuffix(bucket, "/")
	if bucket == "" || strings.Contains(bucket, "/") {
		return "", fmt.Errorf("%q must be s3:// and a bucket's name, without a prefix", location)
	}
	return bucketScheme + bucket, nil
}

// openOriginals opens the originals for reading, and looks whether they can
// be read.
func openOriginals(ctx context.Context, location string) (store.Catalog, error) {
	if bucket, ok := strings.CutPrefix(location, bucketScheme); ok {
		return openCatalog(ctx, bucket)
	}
	switch info, err := os.Stat(location); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no folder %s", location)
	case err != nil:
		return nil, unreadable(location, err)
	case !info.IsDir():
		return nil, fmt.Errorf("%s is no folder", location)
	}
	folder, err := store.OpenFolder(location)
	if err != nil {
		return nil, unreadable(location, err)
	}
	if _, err := folder.Keys(ctx, "", 1); err != nil {
		return nil, unreadable(location, err)
	}
	return folder, nil
}

// unreadable says what to do about a folder that is closed to this user.
func unreadable(folder string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("this user may not read the folder %s: have its owner allow it, as by chmod o+rx", folder)
	}
	return err
}

func openCatalog(ctx context.Context, bucket string) (store.Catalog, error) {
	s, err := openBucket(ctx, bucket)
	if err != nil {
		return nil, err
	}
	if _, err := s.Keys(ctx, "", 1); err != nil {
		return nil, explainBucket(bucket, err)
	}
	return s, nil
}

func openVariants(ctx context.Context, location string) (store.Store, error) {
	bucket, ok := strings.CutPrefix(location, bucketScheme)
	if !ok {
		return store.OpenDisk(location)
	}
	s, err := openBucket(ctx, bucket)
	if err != nil {
		return nil, err
	}
	if object, err := s.Get(ctx, "any"); err == nil {
		return s, object.Body.Close()
	} else if !errors.Is(err, store.ErrNotExist) {
		return nil, explainBucket(bucket, err)
	}
	return s, nil
}

// bucketFaults are S3's words for what a person can mend:
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var bucketFaults = map[string]string{
	"NoSuchBucket":                 "there is no such bucket; aws s3 ls lists those that there are",
	"AccessDenied":                 "these credentials may not list it: they need s3:ListBucket on it and s3:GetObject on what it holds",
	"InvalidAccessKeyId":           "S3 does not know these credentials; aws sts get-caller-identity says whose they are",
	"SignatureDoesNotMatch":        "the secret key is not that of the access key",
	"ExpiredToken":                 "these credentials have expired: log in again, as by aws sso login",
	"InvalidToken":                 "S3 does not know this session token: log in again, as by aws sso login",
	"PermanentRedirect":            "it lies in another region: name that by AWS_REGION",
	"AuthorizationHeaderMalformed": "it lies in another region: name that by AWS_REGION",
}

// explainBucket says what to do about a bucket that can't be read.
func explainBucket(bucket string, err error) error {
	advice := "S3 was not reached: AWS_REGION, AWS_PROFILE or AWS_ACCESS_KEY_ID may be missing, or the network"
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		advice = bucketFaults[fault.ErrorCode()]
	}
	if problem, ok := errors.AsType[*problem.Problem](err); ok && problem.Cause != nil {
		err = problem.Cause
	}
	return fmt.Errorf("the bucket %s can't be listed: %s (%w)", bucket, cmp.Or(advice, "S3 refuses it"), err)
}

func openBucket(ctx context.Context, bucket string) (*store.S3, error) {
	client, err := store.NewClient(ctx)
	if err != nil {
		return nil, err
	}
	return store.NewS3(client, bucket), nil
}

// defaultVariants is a folder in the user's cache that belongs to the
// originals' location.
func defaultVariants(originals string) string {
	sum := sha256.Sum256([]byte(originals))
	return cacheFolder(fmt.Sprintf("variants-%x", sum[:8]))
}

// sampleFolder unpacks the sample originals into a folder in the user's cache
// and returns its path.
func sampleFolder() (string, error) {
	dir := cacheFolder("samples")
	return dir, sample.Unpack(dir)
}

// cacheFolder returns the path of a folder for what can be made again.
func cacheFolder(name string) string {
	dir, err := os.UserCacheDir()
	if err != nil { // no home
		dir = os.TempDir()
	}
	return filepath.Join(dir, "primrose", name)
}

// within reports whether folder inner lies in folder outer, or is it. Both
// are full paths.
func within(inner, outer string) bool {
	relative, err := filepath.Rel(outer, inner)
	return err == nil && filepath.IsLocal(relative)
}
