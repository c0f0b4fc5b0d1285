package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

// entry gathers what the log tells of one request.
type entry struct {
	begin        time.Time
	fetch, store time.Duration
	stages       engine.Stages
	format       format.Format
	status       int
	shared       bool         // somebody else's request made the variant
	bytesIn      atomic.Int64 // a worker may read on after it has answered
	bytesOut     int64
	problem      *problem.Problem // nil if all went well
}

// time adds to d the time from now until its result is called.
func (e *entry) time(d *time.Duration) func() {
	begin := time.Now()
	return func() { *d += time.Since(begin) }
}

// statusViewerLeft is what nginx logs of a viewer who didn't wait.
const statusViewerLeft = 499

// fail notes why the request failed.
func (e *entry) fail(err error) {
	e.problem = problem.Of(err)
	switch {
	case errors.Is(err, context.Canceled):
		e.status = statusViewerLeft
	case e.status == 0:
		e.status = e.problem.Status()
	}
}

// serverTiming tells the stages to the viewer's developer tools (W3C Server
// Timing). Decoding and downloading overlap, so the parts are no sum.
func (e *entry) serverTiming() string {
	return fmt.Sprintf("fetch;dur=%.1f, header;dur=%.1f, encode;dur=%.1f, store;dur=%.1f, total;dur=%.1f",
		ms(e.fetch), e.stages.Header, e.stages.Encode, ms(e.store), ms(time.Since(e.begin)))
}

// log writes the request's line.
func (h *Handler) log(r *http.Request, e *entry) {
	level := slog.LevelInfo
	line := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("path", SentPath(r)),
		slog.Int("status", e.status),
		slog.String("format", string(e.format)),
		slog.Int64("bytesIn", e.bytesIn.Load()),
		slog.Int64("bytesOut", e.bytesOut),
		slog.Float64("fetchMs", ms(e.fetch)),
		slog.Float64("headerMs", e.stages.Header),
		slog.Float64("encodeMs", e.stages.Encode),
		slog.Float64("storeMs", ms(e.store)),
		slog.Float64("totalMs", ms(time.Since(e.begin))),
	}
	if e.shared {
		line = append(line, slog.Bool("shared", true))
	}
	if h.Restarts != nil {
		line = append(line, slog.Uint64("restarts", h.Restarts()))
	}
	if e.problem != nil {
		line = append(line, slog.String("code", string(e.problem.Code)), slog.String("error", e.problem.Error()))
		if e.status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	h.Log.LogAttrs(r.Context(), level, "request", line...)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
