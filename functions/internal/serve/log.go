package serve

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/problem"
)

// What a request's line is called, and its parts.
const (
	requestMessage = "answered"

	methodPart = "method"
	urlPart    = "url" // path and query as sent
	statusPart = "status"
	timePart   = "ms"
	bytesPart  = "bytes" // of the answer's body
	cachePart  = "cache" // hit or miss; absent where no variant was looked for
	codePart   = "code"  // of the problem, if there was one
	detailPart = "detail"
	brokenPart = "broken" // true if the answer broke off
)

// Logged writes a line a request, once it is answered. Failures of the
// service's own are warnings.
func Logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin, seen, whole := time.Now(), &witness{ResponseWriter: w, status: http.StatusOK}, false
		defer func() {
			if seen.Header().Get("Content-Type") == "text/event-stream" {
				return // which is never answered
			}
			line := append(seen.line(),
				slog.String(methodPart, r.Method), slog.String(urlPart, r.RequestURI), slog.Float64(timePart, milliseconds(time.Since(begin))))
			if !whole {
				line = append(line, slog.Bool(brokenPart, true))
			}
			log.LogAttrs(r.Context(), seen.level(), requestMessage, line...)
		}()
		next.ServeHTTP(seen, r)
		whole = true
	})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// witness is a response that remembers what is to be told of it.
type witness struct {
	http.ResponseWriter
	status int
	bytes  int64
	face   bytes.Buffer // a problem's body
}

// Unwrap lets [http.ResponseController] find what the server's own can do.
func (w *witness) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *witness) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	if w.Header().Get("Content-Type") == problem.ContentType {
		w.face.Write(p) // which is short
	}
	return n, err
}

func (w *witness) level() slog.Level {
	if w.status >= http.StatusInternalServerError {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

func (w *witness) line() []slog.Attr {
	line := []slog.Attr{slog.Int(statusPart, w.status), slog.Int64(bytesPart, w.bytes)}
	if cache := w.Header().Get("X-Cache"); cache != "" {
		word, _, _ := strings.Cut(strings.ToLower(cache), " ")
		line = append(line, slog.String(cachePart, word))
	}
	var face struct{ Code, Detail string }
	if json.Unmarshal(w.face.Bytes(), &face) == nil {
		line = append(line, slog.String(codePart, face.Code), slog.String(detailPart, face.Detail))
	}
	return line
}
