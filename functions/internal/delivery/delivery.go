// Package delivery answers requests for variants: it is the image function.
//
// A variant is made once, for all who ask for it meanwhile. It goes into the
// variants' store before they hear that it may be cached, so that whoever asks
// next finds it there.
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
	"slices"
	"strings"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/metric"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// Worker makes variants of originals: the picture, and those that its options
// lay upon it. Errors that are no [problem.Problem] are an original's own, or its
// context's.
type Worker interface {
	Do(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error)
}

// Config is what a [Handler] needs.
type Config struct {
	Originals store.Source
	Variants  store.Writer
	Worker    Worker
	Limits    engine.Limits
	Fallback  string         // key of the original whose variants are shown, with status 404, for those of missing ones; empty shows none
	Log       *slog.Logger   // one line a request; nil means [slog.Default]
	Restarts  func() uint64  // how many workers were replaced, for the log; may be nil
	Service   metric.Service // counts the variants that are not stored; empty counts none
}

// Handler answers GET and HEAD of variant paths. The path alone says what is
// wanted; a query is ignored.
type Handler struct {
	Config
	flights flights
}

// New returns a handler.
func New(config Config) *Handler {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Handler{Config: config, flights: flights{open: map[string]*flight{}}}
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
	wanted, err := target(r)
	if err != nil {
		return err
	}
	if answer, ok := h.unchanged(r, wanted, e); ok {
		answer.notModified(w)
		e.status = http.StatusNotModified
		return nil
	}
	if err = h.show(w, r, wanted, e); err == nil || h.showFallback(w, r, wanted, err, e) {
		return nil
	}
	return err
}

// show answers with the variant.
func (h *Handler) show(w http.ResponseWriter, r *http.Request, wanted variant.Variant, e *entry) error {
	if wanted.Options().IsZero() {
		return h.pass(w, r, wanted, e)
	}
	made, shared, err := h.flights.share(r.Context(), wanted.Path(), func(ctx context.Context, seal func()) (product, error) {
		return h.produce(ctx, wanted, seal, e)
	})
	e.shared = shared
	if err != nil {
		return err
	}
	made.send(w, r, e)
	return nil
}

// glance is how long a viewer who has something waits until it is known whether
// that is the variant: little beside the time in which he must be answered.
const glance = 500 * time.Millisecond

// unchanged answers a viewer who says what he has, if he has the variant. An
// original that can't be asked for is left to who fetches it: he says why.
func (h *Handler) unchanged(r *http.Request, wanted variant.Variant, e *entry) (answer, bool) {
	if r.Header.Get("If-None-Match") == "" {
		return answer{}, false
	}
	defer e.time(&e.fetch)()
	ctx, cancel := context.WithTimeout(r.Context(), glance)
	defer cancel()
	sources, err := SourceETags(ctx, h.Originals, wanted)
	if err != nil {
		return answer{}, false
	}
	a := answerOf(wanted, sources)
	return a, Matches(r, a.etag)
}

// produce makes a variant for all who ask for it until seal is called.
func (h *Handler) produce(ctx context.Context, wanted variant.Variant, seal func(), e *entry) (product, error) {
	from, err := h.gather(ctx, wanted, e)
	if err != nil {
		return product{}, err
	}
	defer from.close()
	made, err := h.Worker.Do(ctx, engine.Job{Options: wanted.Options().String(), Limits: h.Limits}, from.readers()...)
	if err != nil {
		return product{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepDeadline) // even if all viewers have left: the work is done
	defer cancel()
	if err := from.finish(ctx); err != nil {
		return product{}, err
	}
	p := product{answerOf(wanted, from.etags()), made}
	if err := h.keep(ctx, wanted, from, p, seal, e); err != nil {
		p.cache = cacheUnkept
	}
	return p, nil
}

// ETag names the variant that options make of the originals whose ETags are
// sources. It changes with whatever may change the variant's bytes.
func ETag(o options.Options, sources []string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", strings.Join(sources, "\n"), o, engine.Version))
	return fmt.Sprintf(`"%x"`, sum[:16])
}

// fetch opens the original of a key, unless it is known to be too large.
func (h *Handler) fetch(ctx context.Context, key string, e *entry) (*original, error) {
	object, err := h.Originals.Get(ctx, key)
	if errors.Is(err, store.ErrNotExist) {
		return nil, problem.New(problem.NotFound, "there is no original %q", key).Because(absent{key, err})
	}
	if err != nil {
		return nil, err
	}
	if object.Size > h.Limits.Bytes {
		object.Body.Close()
		return nil, tooLarge(h.Limits.Bytes)
	}
	return open(object, h.Limits.Bytes, &e.bytesIn), nil
}

// keepDeadline is how long a viewer waits for stores that hang when the variant
// is made.
const keepDeadline = 4 * time.Second

// keep stores the variant. Its error means that the variant must not be cached
// for long: it is not in the store, or an original is not the one that it was
// made of any more.
//
// Who asks once it is stored may have seen a newer original than the recheck
// will, so the variant is sealed before that.
func (h *Handler) keep(ctx context.Context, wanted variant.Variant, from sources, p product, seal func(), e *entry) error {
	defer e.time(&e.store)()
	notes, ok := wanted.Notes()
	if !ok { // the edge keeps it, and is purged by tags
		seal()
		return h.recheck(ctx, wanted, from)
	}
	meta := store.Meta{
		ContentType:  p.variant.Format.ContentType(),
		CacheControl: p.cache,
		Disposition:  p.disposition,
		User:         map[string]string{MetaCacheTag: p.tags, MetaSourceETag: strings.Join(from.etags(), ","), MetaETag: p.etag},
	}
	err := h.note(ctx, notes)
	if err == nil {
		err = h.Variants.Put(ctx, wanted.StoreKey(), meta, p.variant.Body)
	}
	seal()
	if err != nil {
		h.Log.ErrorContext(ctx, "variant not stored", "key", wanted.StoreKey(), "error", err.Error(),
			h.Service.Count(metric.StoreFailures, 1))
		return err
	}
	if err := h.recheck(ctx, wanted, from); err != nil {
		// A purge may have followed the notes before the variant was there.
		return errors.Join(err, h.note(ctx, notes))
	}
	return nil
}

// note stores a variant's notes, see [variant.Variant.Notes].
func (h *Handler) note(ctx context.Context, notes []string) error {
	return each(len(notes), func(i int) error {
		return h.Variants.Put(ctx, notes[i], store.Meta{ContentType: "text/plain"}, nil)
	})
}

// recheck asks whether the originals are still those that were fetched. It
// comes after the variant is stored: who replaces the picture later than that
// has its purge find the variant.
func (h *Handler) recheck(ctx context.Context, wanted variant.Variant, from sources) error {
	now, err := SourceETags(ctx, h.Originals, wanted)
	if err == nil && !slices.Equal(now, from.etags()) {
		err = errReplaced
	}
	if err != nil {
		h.Log.WarnContext(ctx, "variant may be outdated", "key", wanted.StoreKey(), "error", err.Error())
	}
	return err
}

var errReplaced = errors.New("an original was replaced meanwhile")

// What a stored variant's metadata is called.
const (
	MetaCacheTag   = "cache-tag"   // names the originals; CloudFront purges by it
	MetaSourceETag = "source-etag" // the originals'
	MetaETag       = "etag"        // the variant's
)
