package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"primrose/functions/internal/sample"
	"primrose/functions/internal/store"
)

// bucketScheme begins the location of a bucket. Any other location is a
// folder's path.
const bucketScheme = "s3://"

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
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is no folder", location)
	}
	return store.OpenFolder(location)
}

func openCatalog(ctx context.Context, bucket string) (store.Catalog, error) {
	s, err := openBucket(ctx, bucket)
	if err != nil {
		return nil, err
	}
	if _, err := s.Keys(ctx, "", 1); err != nil {
		return nil, fmt.Errorf("the bucket %s can't be listed: %w", bucket, err)
	}
	return s, nil
}

func openVariants(ctx context.Context, location string) (store.Store, error) {
	if bucket, ok := strings.CutPrefix(location, bucketScheme); ok {
		return openBucket(ctx, bucket)
	}
	return store.OpenDisk(location)
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
