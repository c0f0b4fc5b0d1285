package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Disk keeps objects in a folder that it has to itself, one file an object:
// a line of JSON about it, then its bytes. The file's name is a hash of the
// key, because keys are longer than names may be, and because many file
// systems take A for a.
type Disk struct{ dir string }

// unfinished is the folder of files that are being written.
const unfinished = "unfinished"

// header is the first line of an object's file.
type header struct {
	Key  string
	Size int64 // bytes that follow
	ETag string
	Meta Meta
}

// OpenDisk opens the folder dir, and makes it if need be.
func OpenDisk(dir string) (*Disk, error) {
	d := &Disk{dir}
	// What a killed process left behind.
	if err := errors.Join(os.RemoveAll(d.path(unfinished)), os.MkdirAll(d.path(unfinished), 0o700)); err != nil {
		return nil, err
	}
	return d, nil
}

// path returns that of a file in the folder.
func (d *Disk) path(name string) string { return filepath.Join(d.dir, name) }

// Get implements [Reader].
func (d *Disk) Get(ctx context.Context, key string) (*Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := os.Open(d.path(fileName(key)))
	if err != nil {
		return nil, fileError(err)
	}
	object, err := readObject(file, key)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return object, nil
}

func readObject(file *os.File, key string) (*Object, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, unavailable(err)
	}
	r := bufio.NewReader(file)
	line, err := r.ReadBytes('\n')
	if err != nil && err != io.EOF {
		return nil, unavailable(err)
	}
	var h header
	if json.Unmarshal(line, &h) != nil || h.Key != key || int64(len(line))+h.Size != info.Size() {
		return nil, ErrNotExist // not ours, or damaged: the next Put mends it
	}
	return &Object{Meta: h.Meta, Body: body{r, file}, Size: h.Size, ETag: h.ETag}, nil
}

// body reads through a buffer and closes the file beneath it.
type body struct {
	io.Reader
	io.Closer
}

// Put implements [Writer]. There is no fsync: after a power failure a file
// may be short, which Get takes for absent, and a variant can be made again.
func (d *Disk) Put(ctx context.Context, key string, meta Meta, body []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	line, err := json.Marshal(header{key, int64(len(body)), fmt.Sprintf(`"%x"`, sum[:16]), meta})
	if err != nil {
		return err
	}
	if err := d.write(fileName(key), append(line, '\n'), body); err != nil {
		return unavailable(err)
	}
	return nil
}

// write makes the parts a file at once: no reader sees a part of it. It makes
// the folders, too, which somebody may have removed to start afresh.
func (d *Disk) write(name string, parts ...[]byte) error {
	temporary := d.path(filepath.Join(unfinished, rand.Text()))
	final := d.path(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(temporary), 0o700), os.MkdirAll(filepath.Dir(final), 0o700)); err != nil {
		return err
	}
	err := os.WriteFile(temporary, bytes.Join(parts, nil), 0o600)
	if err == nil {
		err = os.Rename(temporary, final)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

// fileName spreads objects over 256 folders, because some tools are slow in
// large ones.
func fileName(key string) string {
	sum := sha256.Sum256([]byte(key))
	text := hex.EncodeToString(sum[:])
	return filepath.Join(text[:2], text[2:])
}
