package serve

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// kept answers from the variants' store. It reports whether it did.
//
// Whoever tries things here replaces originals often, and sees that at once: a
// variant counts only while its ETag is the one that it would be made with
// now. CloudFront does not look at originals when it has a variant.
func (s *Service) kept(w http.ResponseWriter, r *http.Request, path string) bool {
	begin := time.Now()
	wanted, err := variant.Parse(path)
	if err != nil {
		return false // the image function says why
	}
	sources, err := delivery.SourceETags(r.Context(), s.Originals, wanted)
	if err != nil {
		return false
	}
	object, err := s.Variants.Get(r.Context(), wanted.StoreKey())
	if err != nil {
		return false
	}
	defer object.Body.Close()
	etag := delivery.ETag(wanted.Options(), sources)
	if object.User[delivery.MetaETag] != etag {
		return false
	}
	header := w.Header()
	delivery.Harden(header)
	delivery.Share(header)
	header.Set("X-Cache", "Hit from store")
	header.Set("ETag", etag)
	header.Set("Server-Timing", fmt.Sprintf("store;dur=%.1f", float64(time.Since(begin).Microseconds())/1000))
	send(w, r, object, etag)
	return true
}

func send(w http.ResponseWriter, r *http.Request, object *store.Object, etag string) {
	if delivery.Matches(r, etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", object.ContentType)
	w.Header().Set("Content-Length", strconv.FormatInt(object.Size, 10))
	if object.Disposition != "" {
		w.Header().Set("Content-Disposition", object.Disposition)
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, delivery.Withhold(object.Body, object.Size)); err != nil {
		panic(http.ErrAbortHandler) // the viewer must not take a part for the whole
	}
}

// rechecked has a browser ask each time whether its copy of an image is still
// right, be it the fallback of a missing one. AWS lets it keep one for a day;
// who works on the originals here wants to see them change.
type rechecked struct{ http.ResponseWriter }

func (w rechecked) WriteHeader(status int) {
	if w.Header().Get("Content-Type") != problem.ContentType {
		w.Header().Set("Cache-Control", "no-cache")
	}
	w.ResponseWriter.WriteHeader(status)
}
