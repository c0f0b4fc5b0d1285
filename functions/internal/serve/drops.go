package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/key"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// What is kept of dropped originals, the latest ones.
const (
	maxDropped = 256 << 20 // bytes
	maxDrops   = 1000      // files
)

// droppedFolder begins the keys of dropped originals.
const droppedFolder = "dropped/"

// Drops are originals that somebody dropped onto the page, before those of a
// catalog. They live as long as the service: the catalog is only read. A key
// holds its bytes' hash, so whoever drops a file again finds it again.
type Drops struct {
	store.Catalog
	limits engine.Limits
	room   int // bytes

	mu   sync.Mutex
	held []dropped // the latest first
}

type dropped struct {
	key  string
	body []byte
}

// NewDrops returns a catalog with none dropped yet. The limits are those of
// originals.
func NewDrops(below store.Catalog, limits engine.Limits) *Drops {
	return &Drops{Catalog: below, limits: limits, room: maxDropped}
}

// Add keeps a file, and returns its key. Its error is a [problem.Problem].
func (d *Drops) Add(name string, file io.Reader) (string, error) {
	body, err := io.ReadAll(io.LimitReader(file, d.limits.Bytes+1))
	switch {
	case err != nil:
		return "", problem.New(problem.BadRequest, "the file did not arrive whole").Because(err)
	case int64(len(body)) > d.limits.Bytes:
		return "", problem.New(problem.OriginalTooLarge, "the file is larger than the limit of %d bytes", d.limits.Bytes)
	case !d.limits.Reads(format.Sniff(body)):
		return "", problem.New(problem.UnsupportedFormat, "the file is no image of a format that is read here: JPEG, PNG, WebP, GIF and AVIF; TIFF and SVG if --decoders says so")
	}
	held := dropped{droppedKey(name, body), body}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held = d.latest(append([]dropped{held}, slices.DeleteFunc(d.held, func(old dropped) bool { return old.key == held.key })...))
	return held.key, nil
}

// latest leaves out what would be too much together. One is always kept.
func (d *Drops) latest(held []dropped) []dropped {
	total := 0
	for i, one := range held {
		if total += len(one.body); i == maxDrops || total > d.room && i > 0 {
			return slices.Clone(held[:i]) // which lets go of the others' bytes
		}
	}
	return held
}

// droppedKey keeps of a file's name what a key may hold.
func droppedKey(name string, body []byte) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if !key.Valid(name) || len(name) > 200 {
		name = "image"
	}
	sum := sha256.Sum256(body)
	return fmt.Sprintf("%s%x/%s", droppedFolder, sum[:4], name)
}

// find returns what was dropped under a key.
func (d *Drops) find(key string) (dropped, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.held, func(one dropped) bool { return one.key == key })
	if at < 0 {
		return dropped{}, false
	}
	return d.held[at], true
}

func (o dropped) etag() string {
	sum := sha256.Sum256(o.body)
	return fmt.Sprintf(`"%x"`, sum[:16])
}

// Get implements [store.Reader].
func (d *Drops) Get(ctx context.Context, key string) (*store.Object, error) {
	o, ok := d.find(key)
	if !ok {
		return d.Catalog.Get(ctx, key)
	}
	return &store.Object{Body: io.NopCloser(bytes.NewReader(o.body)), Size: int64(len(o.body)), ETag: o.etag()}, nil
}

// ETag implements [store.Source].
func (d *Drops) ETag(ctx context.Context, key string) (string, error) {
	o, ok := d.find(key)
	if !ok {
		return d.Catalog.ETag(ctx, key)
	}
	return o.etag(), nil
}

// Variants is a store that variants of what was dropped, alone or upon another,
// don't go into: they would outlive it, perhaps in somebody's bucket.
func (d *Drops) Variants(s store.Store) store.Store { return passing{s, d} }

type passing struct {
	store.Store
	drops *Drops
}

// Put implements [store.Writer].
func (p passing) Put(ctx context.Context, name string, meta store.Meta, body []byte) error {
	for _, key := range p.drops.Dropped() {
		prefix, _ := variant.Prefix(key)
		if strings.HasPrefix(name, prefix) || strings.Contains(meta.User[delivery.MetaCacheTag], variant.Tag(key)) {
			return nil
		}
	}
	return p.Store.Put(ctx, name, meta, body)
}

// Dropped returns the keys of what was dropped, the latest first.
func (d *Drops) Dropped() (keys []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.held {
		keys = append(keys, one.key)
	}
	return keys
}
