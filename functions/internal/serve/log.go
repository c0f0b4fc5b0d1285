package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/terminal"
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

// NewLines returns a handler that writes requests in columns, for a person to
// read, in colour if that is wanted:
//
//	15:04:05 200    34 ms   12.3 kB miss /rose.jpg?w=300
//
// What else is logged looks as [slog.TextHandler] has it, but for the date.
func NewLines(w io.Writer, level slog.Level, color bool) slog.Handler {
	w = &oneByOne{Writer: w}
	text := slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.String(a.Key, a.Value.Time().Format(time.TimeOnly))
		}
		return a
	}})
	return lines{text, w, color}
}

// oneByOne is a writer for several.
type oneByOne struct {
	mu sync.Mutex
	io.Writer
}

func (w *oneByOne) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Writer.Write(p)
}

type lines struct {
	slog.Handler
	w     io.Writer
	color bool
}

func (l lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	l.Handler = l.Handler.WithAttrs(attrs)
	return l
}

func (l lines) WithGroup(name string) slog.Handler {
	l.Handler = l.Handler.WithGroup(name)
	return l
}

func (l lines) Handle(ctx context.Context, record slog.Record) error {
	if record.Message != requestMessage {
		return l.Handler.Handle(ctx, record)
	}
	parts := map[string]slog.Value{}
	record.Attrs(func(a slog.Attr) bool { parts[a.Key] = a.Value; return true })
	_, err := fmt.Fprintln(l.w, l.request(record.Time, parts))
	return err
}

// request is a request's line.
func (l lines) request(at time.Time, parts map[string]slog.Value) string {
	text := func(name string) string {
		if value, ok := parts[name]; ok {
			return terminal.Line(value.String())
		}
		return ""
	}
	line := fmt.Sprintf("%s %s %s %9s %-4s ", l.dim(at.Format(time.TimeOnly)), l.status(text(statusPart)),
		duration(parts[timePart].Float64()), Size(parts[bytesPart].Int64()), text(cachePart))
	if method := text(methodPart); method != http.MethodGet {
		line += method + " "
	}
	line += text(urlPart)
	if code := text(codePart); code != "" {
		line += l.dim("  " + code + ": " + text(detailPart))
	}
	if _, broken := parts[brokenPart]; broken {
		line += l.dim("  broken off")
	}
	return line
}

func duration(ms float64) string {
	if ms >= 9999.5 {
		return fmt.Sprintf("%6.1f s ", ms/1000)
	}
	return fmt.Sprintf("%5.0f ms", ms)
}

// Size writes a number of bytes in units of 1,000.
func Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// Codes of ECMA-48, section 8.3.117, which terminals understand.
const (
	reset  = "\x1b[0m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
)

func (l lines) paint(code, text string) string {
	if !l.color {
		return text
	}
	return code + text + reset
}

func (l lines) dim(text string) string { return l.paint(faint, text) }

func (l lines) status(status string) string {
	color, ok := map[byte]string{'2': green, '3': cyan, '4': yellow}[(status + " ")[0]]
	if !ok {
		color = red
	}
	return l.paint(color, status)
}
