package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/mattn/go-isatty"

	"primrose/functions/internal/serve"
)

// newLog is for what a person is told while the service runs.
func (o *serveOptions) newLog() *slog.Logger {
	level := slog.LevelInfo
	if o.quiet {
		level = slog.LevelWarn
	}
	return slog.New(o.logTo(os.Stderr, level))
}

func (o *serveOptions) logTo(w io.Writer, level slog.Level) slog.Handler {
	if o.logFormat == "json" {
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	}
	return serve.NewLines(w, level, colored(w))
}

// colored reports whether what is written is seen on a terminal, by somebody
// who did not say otherwise (https://no-color.org).
func colored(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
