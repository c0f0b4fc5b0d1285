package delivery

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// original reads an object to its end, which must come where the store said
// and within the limit.
type original struct {
	*store.Object
	limit int64         // bytes
	count int64         // read so far
	total *atomic.Int64 // of all originals of the request
	mu    sync.Mutex    // held by a read: a worker's last one may still be under way when it has answered
}

func open(object *store.Object, limit int64, total *atomic.Int64) *original {
	return &original{Object: object, limit: limit, total: total}
}

// Read implements [io.Reader]. All errors but [io.EOF] are problems.
func (o *original) Read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.Body.Read(p)
	o.count += int64(n)
	o.total.Add(int64(n))
	switch {
	case o.count > o.limit:
		return 0, tooLarge(o.limit)
	case err == io.EOF && o.count != o.Size:
		return 0, changed()
	case err != nil && err != io.EOF:
		return 0, problem.New(problem.StoreUnavailable, "the original's store broke off; try again").Because(err)
	}
	return n, err
}

// finish reads what a worker has left of the original, until ctx ends. Only at
// its end the bytes prove to be as many as they should, and those that the
// store has a checksum of.
func (o *original) finish(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { o.Body.Close() })()
	_, err := io.Copy(io.Discard, o)
	if err != nil && ctx.Err() != nil { // and not because a viewer left, as a body says that is closed
		return problem.New(problem.StoreUnavailable, "the original did not arrive in time; try again").Because(context.Cause(ctx))
	}
	return err
}

func changed() error {
	return problem.New(problem.StoreUnavailable, "the original changed while it was read; try again")
}

func tooLarge(limit int64) error {
	return problem.New(problem.OriginalTooLarge, "the original is larger than the limit of %d bytes", limit)
}

// pass streams the original's exact bytes, if they are an image that is
// served: whoever can upload must not be able to publish scripts. Each viewer
// has the bytes at the pace of his own, so nothing is shared.
func (h *Handler) pass(w http.ResponseWriter, r *http.Request, wanted variant.Variant, e *entry) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // ends whatever is still read
	from, err := h.gather(ctx, wanted, e)
	if err != nil {
		return err
	}
	defer from.close()
	o := from[0]
	bytes := bufio.NewReaderSize(o, 32<<10)
	head, err := bytes.Peek(format.SniffLength)
	if err != nil && err != io.EOF {
		return err
	}
	e.format = format.Sniff(head)
	if !h.Limits.Reads(e.format) {
		return problem.New(problem.UnsupportedFormat, "the original is in no format that is served")
	}
	answerOf(wanted, from.etags()).head(w, e.format.ContentType(), o.Size, e)
	if r.Method == http.MethodHead {
		return nil
	}
	n, err := io.Copy(w, Withhold(bytes, o.Size))
	e.bytesOut = n
	if err != nil {
		e.fail(err)
		panic(http.ErrAbortHandler) // the viewer must not take a part for the whole
	}
	return nil
}

// Withhold reads the last byte of size only once body's end has proved right.
// Whoever has all bytes that were announced takes them for the whole.
func Withhold(body io.Reader, size int64) io.Reader {
	return &withheld{bufio.NewReaderSize(body, 32<<10), size}
}

type withheld struct {
	original *bufio.Reader
	rest     int64 // bytes that were announced and not read yet
}

func (w *withheld) Read(p []byte) (int, error) {
	_, err := w.original.Peek(2)
	switch {
	case err == io.EOF:
		return w.original.Read(p)
	case err != nil:
		return 0, err
	case w.rest < 2:
		return 0, changed()
	}
	n, err := w.original.Read(p[:min(int64(len(p)), int64(w.original.Buffered())-1, w.rest-1)])
	w.rest -= int64(n)
	return n, err
}
