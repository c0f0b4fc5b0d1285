package barrage

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// deaths counts the workers that ended by themselves. It reads that in the
// pool's log, which tells of an end before the job is answered, and of one
// between two jobs as well.
type deaths struct{ atomic.Int64 }

func (d *deaths) Enabled(context.Context, slog.Level) bool { return true }
func (d *deaths) WithAttrs([]slog.Attr) slog.Handler       { return d }
func (d *deaths) WithGroup(string) slog.Handler            { return d }

func (d *deaths) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if r.Message == "worker ended" && a.Key == "killed" && !a.Value.Bool() {
			d.Add(1)
		}
		return true
	})
	return nil
}
