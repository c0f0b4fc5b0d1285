package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"

	"primrose/functions/internal/serve"
	"primrose/functions/internal/watch"
)

// running is the service, and what it takes to start it anew.
type running struct {
	args      []string
	made      madeKeys
	originals *serve.Drops
	log       *slog.Logger
	handler   serve.Switch
	changes   *serve.Changes // nil where nobody watches
	watching  sync.WaitGroup
	now       *service
}

// end comes when there are no requests any more.
func (r *running) end() {
	r.watching.Wait()
	r.now.close()
}

// watch begins to watch, where that is wanted: it tells open pages which
// originals change, and starts the service anew when what it was told changes.
func (r *running) watch(ctx context.Context, o *serveOptions) error {
	if !o.watch {
		return nil
	}
	set := o.watchSet()
	if len(set.Trees)+len(set.Files) == 0 {
		return errors.New("originals in a bucket are not watched, and no flag names a file that could be")
	}
	watcher, err := set.Start()
	if err != nil {
		return err
	}
	r.changes = &serve.Changes{}
	context.AfterFunc(ctx, r.changes.Close)
	r.watching.Go(func() {
		if err := watcher.Run(ctx, func(paths []string) { r.changed(ctx, o, paths) }); err != nil {
			r.log.Warn("changes are not watched any more", "error", err.Error())
		}
	})
	return nil
}

func (r *running) changed(ctx context.Context, o *serveOptions, paths []string) {
	told := true
	for _, path := range paths {
		key, original := o.key(path)
		if original {
			r.changes.Original(key)
		}
		told = told && original
	}
	if !told {
		r.restart(ctx)
	}
}

// restart takes in all files that the flags name. If one of them is wrong, all
// stays as it was.
func (r *running) restart(ctx context.Context) {
	o, err := parseServe(r.args, r.made)
	if err != nil {
		r.log.Warn("what changed is not taken in", "error", err.Error())
		return
	}
	next, err := o.start(ctx, r.originals, r.log)
	if err != nil {
		r.log.Warn("what changed is not taken in", "error", err.Error())
		return
	}
	wait, last := r.handler.Set(next.handler), r.now
	r.now = next
	go func() { wait(); last.close() }()
	r.log.Info("what changed is taken in")
	r.changes.Anything()
}

// watchSet is the originals' folder and all files that the flags name.
func (o *serveOptions) watchSet() watch.Set {
	set := watch.Set{Files: o.files}
	if !inBucket(o.originals) {
		set.Trees = []string{o.originals}
	}
	return set
}

// key tells which original a file is, if it is one.
func (o *serveOptions) key(path string) (string, bool) {
	if inBucket(o.originals) || slices.Contains(o.files, path) || !within(path, o.originals) {
		return "", false
	}
	key, err := filepath.Rel(o.originals, path)
	return filepath.ToSlash(key), err == nil
}
