// Package delivery answers requests for variants: it is the image function.
//
// A variant is made once. It goes into the variants' store before its viewer
// hears that it may be cached, so that whoever asks next finds it there.
//
// Originals are replaced while variants are made of them. A variant that may
// be of the old bytes is sent, because it was asked for before, but for a
// minute only; package purge removes what was stored of it.
package delivery

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// Worker makes variants of originals. Errors that are no [problem.Problem]
// are the original's own, or its context's.
type Worker interface {
	Do(ctx context.Context, job engine.Job, original io.Reader) (engine.Variant, error)
}

// Config is what a [Handler] needs.
type Config struct {
	Originals store.Source
	Variants  store.Writer
	Worker    Worker
	Limits    engine.Limits
	Log       *slog.Logger   // one line a request; nil means [slog.Default]
	Restarts  func() uint64  // how many workers were replaced, for the log; may be nil
	Service   metric.Service // counts the variants that are not stored; empty counts none
}

// Handler answers GET and HEAD of variant paths. The path alone says what is
// wanted; a query is ignored.
type Handler struct{ Config }

// New returns a handler.
func New(config Config) *Handler {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Handler{config}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	entry := &entry{begin: time.Now()}
	defer func() { h.log(r, entry) }()
	if err := h.deliver(w, r, entry); err != nil {
		entry.fail(err)
		Refuse(w, r, err)
	}
}

// deliver is a request's whole course. An error that it returns is still to
// be told to the viewer.
func (h *Handler) deliver(w http.ResponseWriter, r *http.Request, e *entry) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // ends whatever is still read
	wanted, err := target(r)
	if err != nil {
		return err
	}
	original, err := h.fetch(ctx, wanted, e)
	if err != nil {
		return err
	}
	defer original.Body.Close()

	answer := answer{etag: ETag(original.ETag, wanted.Options()), tag: wanted.Tag(), cache: cacheGood}
	if Matches(r, answer.etag) {
		answer.notModified(w)
		e.status = http.StatusNotModified
		return nil
	}
	if err := original.admit(h.Limits); err != nil {
		return err
	}
	if wanted.Options().IsZero() {
		return h.pass(w, r, original, answer, e)
	}
	made, err := h.make(ctx, wanted, original, e)
	if err != nil {
		return err
	}
	if err := h.keep(ctx, wanted, original, made, answer, e); err != nil {
		answer.cache = cacheUnkept
	}
	answer.send(w, r, made, e)
	return nil
}

// ETag names the variant that options make of the original whose ETag is
// source. It changes with whatever may change the variant's bytes.
func ETag(source string, o options.Options) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", source, o, engine.Version))
	return fmt.Sprintf(`"%x"`, sum[:16])
}

// fetch opens the original.
func (h *Handler) fetch(ctx context.Context, wanted variant.Variant, e *entry) (*original, error) {
	defer e.time(&e.fetch)()
	object, err := h.Originals.Get(ctx, wanted.Key())
	if errors.Is(err, store.ErrNotExist) {
		return nil, problem.New(problem.NotFound, "there is no original %q", wanted.Key()).Because(err)
	}
	if err != nil {
		return nil, err
	}
	return open(object, h.Limits.Bytes, &e.bytesIn), nil
}

// make has the worker compute.
func (h *Handler) make(ctx context.Context, wanted variant.Variant, o *original, e *entry) (engine.Variant, error) {
	made, err := h.Worker.Do(ctx, engine.Job{Options: wanted.Options().String(), Limits: h.Limits}, o)
	if err != nil {
		return engine.Variant{}, err
	}
	e.stages = made.Stages
	e.format = made.Format
	return made, nil
}

// keepDeadline is how long a viewer waits for a store that hangs.
const keepDeadline = 5 * time.Second

// keep stores the variant, even for a viewer who has left: the work is done.
// Its error means that the variant must not be cached for long: it is not in
// the store, or the original is not the one that it was made of any more.
func (h *Handler) keep(ctx context.Context, wanted variant.Variant, o *original, made engine.Variant, a answer, e *entry) error {
	defer e.time(&e.store)()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepDeadline)
	defer cancel()
	meta := store.Meta{
		ContentType:  made.Format.ContentType(),
		CacheControl: a.cache,
		User:         map[string]string{MetaCacheTag: a.tag, MetaSourceETag: o.ETag, MetaETag: a.etag},
	}
	if err := h.Variants.Put(ctx, wanted.StoreKey(), meta, made.Body); err != nil {
		h.Log.ErrorContext(ctx, "variant not stored", "key", wanted.StoreKey(), "error", err.Error(),
			h.Service.Count(metric.StoreFailures, 1))
		return err
	}
	return h.recheck(ctx, wanted, o)
}

// recheck asks whether the original is still the one that was fetched. It
// comes after the variant is stored: who replaces the original later than that
// has its purge find the variant.
func (h *Handler) recheck(ctx context.Context, wanted variant.Variant, o *original) error {
	now, err := h.Originals.ETag(ctx, wanted.Key())
	if err == nil && now != o.ETag {
		err = errReplaced
	}
	if err != nil {
		h.Log.WarnContext(ctx, "variant may be outdated", "key", wanted.StoreKey(), "error", err.Error())
	}
	return err
}

var errReplaced = errors.New("the original was replaced meanwhile")

// What a stored variant's metadata is called.
const (
	MetaCacheTag   = "cache-tag"   // names the original; CloudFront purges by it
	MetaSourceETag = "source-etag" // the original's
	MetaETag       = "etag"        // the variant's
)
