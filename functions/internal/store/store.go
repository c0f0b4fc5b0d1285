// Package store keeps objects by key: originals to read, variants to read
// and write. [S3] is a bucket, [Disk] a folder that the service has to
// itself, [Folder] a folder of somebody's files, which is only read.
package store

import (
	"context"
	"errors"
	"io"

	"primrose/functions/internal/problem"
)

// ErrNotExist is returned for a key that holds no object.
var ErrNotExist = errors.New("no such object")

// Object is an object being read. Its body must be closed.
type Object struct {
	Meta
	Body io.ReadCloser
	Size int64  // bytes
	ETag string // quoted, strong; changes when the bytes do
}

// Meta travels with an object's bytes.
type Meta struct {
	ContentType  string
	CacheControl string
	Disposition  string            // Content-Disposition
	User         map[string]string // lower-case names, ASCII values
}

// Reader reads objects.
type Reader interface {
	// Get opens the object of a key; [ErrNotExist] if there is none, and
	// [problem.StoreUnavailable] if that cannot be known. The bytes arrive
	// as the body is read.
	Get(ctx context.Context, key string) (*Object, error)
}

// Writer writes objects.
type Writer interface {
	// Put stores body under key, whole or not at all, and replaces what was
	// there.
	Put(ctx context.Context, key string, meta Meta, body []byte) error
}

// Store reads and writes objects.
type Store interface {
	Reader
	Writer
}

// Source is a store that others write to while it is read.
type Source interface {
	Reader
	// ETag returns what Get would give as the object's ETag, or its error.
	ETag(ctx context.Context, key string) (string, error)
}

// Catalog is a source that lists its objects.
type Catalog interface {
	Source
	// Keys returns the keys that follow after in the store's own order, limit
	// at most; the first ones if after is empty.
	Keys(ctx context.Context, after string, limit int) ([]string, error)
}

// unavailable is what a viewer is told of a store that fails.
func unavailable(cause error) error {
	return problem.New(problem.StoreUnavailable, "the store does not answer; try again later").Because(cause)
}
