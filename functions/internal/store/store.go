// Package store keeps objects by key: originals to read, variants to read
// and write. A store is a folder or an S3 bucket; both behave alike.
package store

import (
	"context"
	"errors"
	"io"
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
	User         map[string]string // lower-case names
}

// Reader reads objects.
type Reader interface {
	// Get opens the object of a key; [ErrNotExist] if there is none. The
	// bytes arrive as the body is read.
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
