package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"primrose/functions/internal/serve"
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
