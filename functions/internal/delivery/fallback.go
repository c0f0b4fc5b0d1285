package delivery

import (
	"errors"
	"net/http"

	"primrose/functions/internal/variant"
)

// absent is why a request fails that needs an original which is missing.
type absent struct {
	key string
	error
}

func (a absent) Unwrap() error { return a.error }

// cacheFallback is how long a fallback may be shown once the original has come:
// longer than a problem, because it costs an image to make.
const cacheFallback = "public, max-age=60"

// fallback is what is shown if the picture that is wanted is missing, and not
// just what lies upon it: the same options, of the image that the stage has for
// that. Who asks for data about an original is better told that there is none.
func (h *Handler) fallback(wanted variant.Variant, err error) (variant.Variant, bool) {
	gone, _ := errors.AsType[absent](err)
	if h.Fallback == "" || h.Fallback == wanted.Key() || gone.key != wanted.Key() || wanted.Options().Values().Describes() {
		return variant.Variant{}, false
	}
	shown, err := variant.New(h.Fallback, wanted.Options())
	return shown, err == nil
}

// showFallback answers with the fallback. It reports whether it did: what goes
// wrong on the way is the operator's to know, and the viewer is told of the
// original.
func (h *Handler) showFallback(w http.ResponseWriter, r *http.Request, wanted variant.Variant, reason error, e *entry) bool {
	shown, ok := h.fallback(wanted, reason)
	if !ok {
		return false
	}
	if err := h.show(missing{w, variant.Tag(wanted.Key()), e}, r, shown, e); err != nil {
		h.Log.WarnContext(r.Context(), "fallback not shown", "key", h.Fallback, "error", err.Error())
		return false
	}
	return true
}

// missing turns the answer that holds the fallback into that of the missing
// original: purged with either, and with a status at which no validator counts
// (RFC 9110, section 13.2.1).
type missing struct {
	http.ResponseWriter
	tag   string
	entry *entry
}

func (m missing) WriteHeader(int) {
	m.Header().Del("ETag")
	m.Header().Set("Cache-Control", cacheFallback)
	m.Header().Set("X-Amz-Meta-Cache-Tag", m.tag+","+m.Header().Get("X-Amz-Meta-Cache-Tag"))
	m.entry.status = http.StatusNotFound
	m.ResponseWriter.WriteHeader(http.StatusNotFound)
}
