package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Folder reads the files of a folder. A key is a file's path in it, with
// slashes; no key, and no symbolic link, leads out of it. It has no metadata,
// and nothing writes to it.
type Folder struct{ dir string }

// OpenFolder opens the folder dir, which must exist.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{dir}, root.Close()
}

// open is done for each request: other programs put new folders in the place
// of old ones.
func (f *Folder) open() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, unavailable(err)
	}
	return root, nil
}

// Get implements [Reader].
func (f *Folder) Get(ctx context.Context, key string) (*Object, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	// Ask before opening: to open a named pipe would wait for its writer.
	if _, err := etag(ctx, root, key); err != nil {
		return nil, err
	}
	file, err := root.Open(key)
	if err != nil {
		return nil, fileError(err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fileError(err), file.Close())
	}
	return &Object{Body: file, Size: info.Size(), ETag: fileTag(info)}, nil
}

// ETag implements [Source].
func (f *Folder) ETag(ctx context.Context, key string) (string, error) {
	root, err := f.open()
	if err != nil {
		return "", err
	}
	defer root.Close()
	return etag(ctx, root, key)
}

func etag(ctx context.Context, root *os.Root, key string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if !fs.ValidPath(key) {
		return "", ErrNotExist
	}
	info, err := root.Stat(key)
	if err != nil {
		return "", fileError(err)
	}
	if !info.Mode().IsRegular() {
		return "", ErrNotExist
	}
	return fileTag(info), nil
}

// Keys implements [Catalog]. Names that begin with a dot stay hidden, and so
// does what may not be read.
func (f *Folder) Keys(ctx context.Context, after string, limit int) ([]string, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var keys []string
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name != ".":
			return fs.SkipDir // closed to this user, as parts of a home may be
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(path.Base(name), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case name != "." && before(name, after):
			if entry.IsDir() && !strings.HasPrefix(after+"/", name+"/") {
				return fs.SkipDir
			}
		case len(keys) == limit:
			return fs.SkipAll
		case entry.Type().IsRegular():
			keys = append(keys, name)
		}
		return nil
	})
	return keys, err
}

// before reports whether a walk comes by name before what is after, or at it. It
// leaves a folder before it goes on to the folder's neighbours.
func before(name, after string) bool {
	return slices.Compare(strings.Split(name, "/"), strings.Split(after, "/")) <= 0
}

// fileTag tells a file's versions apart the way that make does: by time, to
// the nanosecond where the file system has it, and size. To hash the bytes
// instead would read each original twice.
func fileTag(info fs.FileInfo) string {
	return fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size())
}

// fileError tells a name that leads to no file from a folder that fails.
func fileError(err error) error {
	number, fromSystem := errors.AsType[syscall.Errno](err)
	if !fromSystem { // os.Root refused: the path leads out
		return ErrNotExist
	}
	switch number {
	case syscall.ENOENT, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP, syscall.EINVAL:
		return ErrNotExist
	}
	return unavailable(err)
}
