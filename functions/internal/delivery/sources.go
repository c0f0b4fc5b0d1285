package delivery

import (
	"cmp"
	"context"
	"io"
	"sync"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// sources are the originals that a variant is made of: the picture, and those
// that lie upon it, in the order of [variant.Variant.Keys].
type sources []*original

// gather opens all originals of a variant, or none.
func (h *Handler) gather(ctx context.Context, wanted variant.Variant, e *entry) (sources, error) {
	defer e.time(&e.fetch)()
	keys, layers := wanted.Keys(), wanted.Layers()
	from := make(sources, len(keys))
	err := each(len(keys), func(i int) (err error) {
		from[i], err = h.fetch(ctx, keys[i], e)
		if i > 0 {
			err = unlaid(layers[i-1], err)
		}
		return err
	})
	if err != nil {
		from.close()
		return nil, err
	}
	return from, nil
}

// unlaid is what a viewer is told of an original that can't be laid upon the
// picture: which option he has to look at.
func unlaid(layer options.Layer, err error) error {
	if err == nil {
		return nil
	}
	p := problem.Of(err)
	return problem.New(p.Code, "%s: %s", layer.Option, p.Detail).Because(err)
}

func (from sources) close() {
	for _, o := range from {
		if o != nil {
			o.Body.Close()
		}
	}
}

func (from sources) readers() (all []io.Reader) {
	for _, o := range from {
		all = append(all, o)
	}
	return all
}

func (from sources) etags() (all []string) {
	for _, o := range from {
		all = append(all, o.ETag)
	}
	return all
}

// finish reads what a worker has left of the originals, until ctx ends.
func (from sources) finish(ctx context.Context) error {
	return each(len(from), func(i int) error { return from[i].finish(ctx) })
}

// SourceETags returns the ETags of all originals that a variant is made of, as
// [ETag] wants them.
func SourceETags(ctx context.Context, originals store.Source, wanted variant.Variant) ([]string, error) {
	keys := wanted.Keys()
	etags := make([]string, len(keys))
	err := each(len(keys), func(i int) (err error) {
		etags[i], err = originals.ETag(ctx, keys[i])
		return err
	})
	return etags, err
}

// each does n things at the same time, and returns the first one's error of
// those that fail.
func each(n int, do func(i int) error) error {
	errs := make([]error, n)
	var doing sync.WaitGroup
	for i := range n {
		doing.Go(func() { errs[i] = do(i) })
	}
	doing.Wait()
	return cmp.Or(errs...)
}
