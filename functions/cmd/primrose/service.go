package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/operation"
	"primrose/functions/internal/playground"
	"primrose/functions/internal/serve"
	"primrose/functions/internal/worker"
)

// service is the local service with what has to be closed after it.
type service struct {
	handler http.Handler
	edge    *edge.Function
	workers *worker.Pool
}

// openDrops opens the originals, and room for those that are dropped onto the
// page.
func (o *serveOptions) openDrops(ctx context.Context) (*serve.Drops, error) {
	catalog, err := openOriginals(ctx, o.originals)
	if err != nil {
		return nil, fmt.Errorf("--originals: %w", err)
	}
	return serve.NewDrops(catalog, o.limits), nil
}

// start starts all that the flags ask for besides the originals.
func (o *serveOptions) start(ctx context.Context, originals *serve.Drops, log *slog.Logger) (*service, error) {
	variants, err := openVariants(ctx, o.variants)
	if err != nil {
		return nil, fmt.Errorf("--variants: %w", err)
	}
	variants = originals.Variants(variants)
	function, err := o.startEdge()
	if err != nil {
		return nil, err
	}
	workers, err := o.startWorkers(ctx, log)
	if err != nil {
		return nil, errors.Join(err, function.Close())
	}
	var images http.Handler = delivery.New(delivery.Config{
		Originals: originals,
		Variants:  variants,
		Worker:    workers,
		Limits:    o.limits,
		Fallback:  o.fallback,
		Log:       slog.New(o.logTo(os.Stderr, slog.LevelWarn)), // requests have their lines already
		Restarts:  func() uint64 { return workers.Stats().Restarts },
	})
	if page := o.stage.Environment["PRIMROSE_PLAYGROUND"]; page != "" {
		images = playground.Deployed(page == "signed", images)
	}
	return &service{edge: function, workers: workers, handler: serve.New(serve.Config{
		Originals:  originals,
		Drops:      originals,
		Variants:   variants,
		Edge:       function,
		Images:     images,
		Operations: operation.Service{Worker: workers, Limits: o.limits},
		Keys:       o.keys,
		Place:      o.originals,
		Log:        log,
	})}, nil
}

func (s *service) close() {
	s.workers.Close()
	s.edge.Close()
}

// startWorkers starts a worker for each processor.
func (o *serveOptions) startWorkers(ctx context.Context, log *slog.Logger) (*worker.Pool, error) {
	pool, err := worker.NewPool(worker.Config{Size: runtime.NumCPU(), Jobs: o.jobs, Deadline: o.deadline, Fonts: true, Log: log})
	if err != nil {
		return nil, err
	}
	if err := pool.Ready(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}
