package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"primrose/functions/internal/serve"
	"primrose/functions/internal/watch"
)

const serveHelp = `Serve the images of a folder or a bucket on this machine: the edge function,
the image function and its workers as they run in AWS, and a page to try them.

Usage: primrose serve [flags]

  primrose serve --open                             # sample images, in a browser
  primrose serve --originals ~/Pictures --watch     # your own; pages show what you change in them
  primrose serve --originals s3://my-originals --variants s3://my-variants
  curl 'http://127.0.0.1:8080/rose.jpg?w=300&fm=webp'

As a stage does, with its limits and the very edge function that it deploys:

  primrose serve --stage dev                        # make synth writes it to cdk.out

A stage that wants signatures, and serves three widths:

  openssl rand -hex 32 > key.txt
  primrose serve --sign-key 2026a=key.txt --widths 320,640,1280
  curl "$(primrose sign --key-id 2026a --key-file key.txt 'http://127.0.0.1:8080/rose.jpg?w=300')"

Buckets are found by the usual AWS_* variables and profiles. Ctrl-C lets the
requests under way end; a second one doesn't.
`

func serveCommand(ctx context.Context, args []string) error {
	made := madeKeys{}
	o, err := parseServe(args, made)
	if err != nil {
		return err
	}
	log := o.newLog()
	originals, err := o.openDrops(ctx)
	if err != nil {
		return err
	}
	first, err := o.start(ctx, originals, log)
	if err != nil {
		return err
	}
	listener, err := serve.Listen(o.address)
	if err != nil {
		first.close()
		return err
	}
	running := &running{args: args, made: made, originals: originals, log: log, now: first}
	defer running.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	running.handler.Set(first.handler)
	if err := running.watch(ctx, o); err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	o.announce(os.Stdout, serve.URL(listener))
	if o.open {
		go openBrowser(serve.URL(listener), log) // some openers last as long as the browser
	}
	return serve.Run(ctx, listener, serve.Logged(running.changes.Around(&running.handler), log), log)
}

// announce says what is served where.
func (o *serveOptions) announce(w io.Writer, url string) {
	fmt.Fprintf(w, "Primrose serves the images of %s\n  at   %s   (Ctrl-C stops)\n  keeps variants in %s\n", o.originals, url, o.variants)
	if o.stageName != "" {
		fmt.Fprintf(w, "  as stage %s has it, in %s\n", o.stageName, o.stage.File)
	}
	switch {
	case len(o.keys) > 0 && o.optional:
		fmt.Fprintln(w, "  takes signed URLs, and others: primrose sign makes them")
	case len(o.keys) > 0:
		fmt.Fprintln(w, "  wants signed URLs: primrose sign makes them")
	}
	for _, k := range o.made {
		fmt.Fprintf(w, "    PRIMROSE_KEY=%s primrose sign %s '%s/rose.jpg?w=300'   (a key for this run)\n", k.Secret, keyFlag(k), url)
	}
	if len(o.presets) > 0 {
		fmt.Fprintf(w, "  knows %d presets\n", len(o.presets))
	}
	if len(o.widths) > 0 {
		fmt.Fprintf(w, "  rounds sizes up to one of the widths %v\n", o.widths)
	}
	if o.watch {
		set := o.watchSet()
		fmt.Fprintf(w, "  watches %s\n", strings.Join(append(set.Trees, set.Files...), ", "))
	}
}

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
