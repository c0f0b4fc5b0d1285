package delivery

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/variant"
)

// How long answers may be cached. A shared cache keeps a variant for a year,
// because it can be invalidated there. A browser cannot be reached: it asks
// whether the variant has changed once that is a day old, counted from when the
// shared cache got it (RFC 9111, section 4.2.3), and shows what it has meanwhile.
const (
	cacheGood   = "public, max-age=86400, s-maxage=31536000, stale-while-revalidate=31536000"
	cacheUnkept = "public, max-age=60" // the next viewer's request tries to store it again
	cacheError  = "public, max-age=5"
)

// cacheRetry is that of an error after which the viewer should try again: no
// longer than he is asked to wait, or he would get the same answer.
const cacheRetry = "public, max-age=%d"

// answer is what a good response says of itself.
type answer struct {
	etag        string
	tags        string // of the originals, to purge by
	cache       string
	disposition string // "" is to show it
}

// answerOf is the answer that holds the variant of the originals with these
// ETags.
func answerOf(wanted variant.Variant, sources []string) answer {
	return answer{
		etag:        ETag(wanted.Options(), sources),
		tags:        wanted.Tags(),
		cache:       cacheGood,
		disposition: disposition(wanted.Options().Values().Download),
	}
}

// product is a variant, and what is said of it.
type product struct {
	answer
	variant engine.Variant
}

// Harden keeps a browser from taking an answer for anything but an image.
func Harden(header http.Header) {
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}

// Share lets the scripts of any site read an answer, such as to draw it on a
// canvas. A stored variant's answer says the same by the bucket's own rule.
func Share(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
}

// identify writes the headers that 200 and 304 share.
func (a answer) identify(w http.ResponseWriter) {
	Harden(w.Header())
	Share(w.Header())
	w.Header().Set("ETag", a.etag)
	w.Header().Set("Cache-Control", a.cache)
	w.Header().Set("X-Amz-Meta-Cache-Tag", a.tags)
}

func (a answer) notModified(w http.ResponseWriter) {
	a.identify(w)
	w.WriteHeader(http.StatusNotModified)
}

// head writes the headers of a body of size bytes.
func (a answer) head(w http.ResponseWriter, contentType string, size int64, e *entry) {
	a.identify(w)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	if a.disposition != "" {
		w.Header().Set("Content-Disposition", a.disposition)
	}
	w.Header().Set("Server-Timing", e.serverTiming())
	e.status = http.StatusOK
	w.WriteHeader(http.StatusOK)
}

func (p product) send(w http.ResponseWriter, r *http.Request, e *entry) {
	e.format, e.stages = p.variant.Format, p.variant.Stages
	p.head(w, p.variant.Format.ContentType(), int64(len(p.variant.Body)), e)
	if r.Method == http.MethodHead {
		return
	}
	n, err := w.Write(p.variant.Body)
	e.bytesOut = int64(n)
	if err != nil { // the viewer has left
		e.fail(err)
	}
}

// Refuse answers with the public face of the problem that err is.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problem.Of(err)
	body, _ := json.Marshal(p) // strings and a number always marshal
	Harden(w.Header())
	if p.Code == problem.MethodNotAllowed {
		w.Header().Set("Allow", "GET, HEAD")
	}
	w.Header().Set("Content-Type", problem.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", cacheError)
	if seconds := p.RetryAfter(); seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.Header().Set("Cache-Control", fmt.Sprintf(cacheRetry, seconds))
	}
	w.WriteHeader(p.Status())
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
