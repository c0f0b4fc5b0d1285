package serve

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"primrose/functions/internal/terminal"
)

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
