package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/key"
	"primrose/functions/internal/operation"
	"primrose/functions/internal/options"
	"primrose/functions/internal/preset"
	"primrose/functions/internal/serve"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/worker"
)

const serveHelp = `Serve the images of a folder or a bucket on this machine: the edge function,
the image function and its workers as they run in AWS, and a page to try them.

Usage: primrose serve [flags]

  primrose serve                                   sample images
  primrose serve --originals ~/Pictures            your own
  primrose serve --originals s3://my-originals --variants s3://my-variants
  curl 'http://127.0.0.1:8080/rose.jpg?w=300&fm=webp'

  openssl rand -hex 32 > key.txt                   a stage that wants signatures,
  primrose serve --sign-key 2026a=key.txt --widths 320,640,1280   and serves three widths
  curl "$(primrose sign --key-id 2026a --key-file key.txt 'http://127.0.0.1:8080/rose.jpg?w=300')"

Buckets are found by the usual AWS_* variables and profiles.
`

// serveOptions are the flags of serve.
type serveOptions struct {
	originals, variants string
	address             string
	keys                []signature.Key // none: URLs need not be signed
	optional            bool            // they need not be all the same
	presets             []preset.Preset
	widths              options.Ladder
	fallback            string // key; empty shows none
	limits              engine.Limits
	decoders            string
	deadline            time.Duration
	quiet               bool
}

func serveCommand(ctx context.Context, args []string) error {
	o, err := parseServe(args)
	if err != nil {
		return err
	}
	catalog, err := openOriginals(ctx, o.originals)
	if err != nil {
		return fmt.Errorf("--originals: %w", err)
	}
	originals := serve.NewDrops(catalog, o.limits)
	variants, err := openVariants(ctx, o.variants)
	if err != nil {
		return fmt.Errorf("--variants: %w", err)
	}
	listener, err := serve.Listen(o.address)
	if err != nil {
		return err
	}
	function, err := edge.New(o.stage())
	if err != nil {
		return err
	}
	defer function.Close()
	log := newLog(o.quiet)
	pool, err := startWorkers(ctx, o, log)
	if err != nil {
		return err
	}
	defer pool.Close()

	service := serve.New(serve.Config{
		Originals: originals,
		Drops:     originals,
		Variants:  variants,
		Edge:      function,
		Images: delivery.New(delivery.Config{
			Originals: originals,
			Variants:  variants,
			Worker:    pool,
			Limits:    o.limits,
			Fallback:  o.fallback,
			Log:       log,
			Restarts:  func() uint64 { return pool.Stats().Restarts },
		}),
		Operations: operation.Service{Worker: pool, Limits: o.limits},
		Keys:       o.keys,
		Place:      o.originals,
		Log:        log,
	})
	fmt.Printf("Primrose serves the images of %s\n  at   http://%s   (Ctrl-C stops)\n  keeps variants in %s\n",
		o.originals, listener.Addr(), o.variants)
	switch {
	case len(o.keys) > 0 && o.optional:
		fmt.Println("  takes signed URLs, and others: primrose sign makes them")
	case len(o.keys) > 0:
		fmt.Println("  wants signed URLs: primrose sign makes them")
	}
	if len(o.presets) > 0 {
		fmt.Printf("  knows %d presets\n", len(o.presets))
	}
	if len(o.widths) > 0 {
		fmt.Printf("  rounds sizes up to one of the widths %v\n", o.widths)
	}
	return serve.Run(ctx, listener, service, log)
}

func parseServe(args []string) (serveOptions, error) {
	o := serveOptions{limits: engine.DefaultLimits}
	flags := newFlags("serve", serveHelp)
	flags.StringVar(&o.originals, "originals", "", "`folder` or s3://bucket of the originals; it is only read (default sample images)")
	flags.StringVar(&o.variants, "variants", "", "`folder` or s3://bucket of the variants (default a folder in the user's cache)")
	flags.StringVar(&o.fallback, "fallback", "", "`key` of the original to show, with status 404, in place of missing ones (default none)")
	flags.StringVar(&o.address, "addr", "127.0.0.1:8080", "`host:port` to listen on")
	limitFlags(flags, &o.limits)
	flags.StringVar(&o.decoders, "decoders", "", "further formats to read: tiff, svg or tiff,svg")
	flags.DurationVar(&o.deadline, "deadline", worker.DefaultDeadline, "longest `time` for one image")
	flags.Func("sign-key", "`id=file` of a key: refuse URLs that are not signed, but for what the page at / asks; may be repeated; imgix=file holds the token of imgix's libraries", o.readKey)
	flags.BoolVar(&o.optional, "sign-optional", false, "serve URLs that are not signed, too; what is signed wrongly is still refused")
	flags.Func("presets", "`file` of named sets of options, as primrose presets push reads it", o.readPresets)
	flags.Func("widths", "`list` of widths, as in 320,640: round sizes up to one of them", o.readWidths)
	flags.BoolVar(&o.quiet, "quiet", false, "log only what goes wrong")
	if err := parse(flags, args); err != nil {
		return o, err
	}
	return o, errors.Join(o.check(flags), o.readDecoders(), o.resolve())
}

// limitFlags are the flags of what one image may cost. Their names begin with
// max-.
func limitFlags(flags *flag.FlagSet, l *engine.Limits) {
	flags.Int64Var(&l.Bytes, "max-bytes", l.Bytes, "largest original, in `bytes`")
	flags.Int64Var(&l.Pixels, "max-pixels", l.Pixels, "most `pixels` of an original's frame")
	flags.IntVar(&l.Frames, "max-frames", l.Frames, "most `frames` of an original")
	flags.Int64Var(&l.TotalPixels, "max-total-pixels", l.TotalPixels, "most `pixels` of an original, all frames together")
	flags.IntVar(&l.Side, "max-side", l.Side, "longest side of an original, in `pixels`")
	flags.IntVar(&l.VariantSide, "max-variant-side", l.VariantSide, "longest side of a variant, in `pixels`")
	flags.Int64Var(&l.VariantPixels, "max-variant-pixels", l.VariantPixels, "most `pixels` of a variant, all frames together")
	flags.Int64Var(&l.VariantBytes, "max-variant-bytes", l.VariantBytes, "largest variant, in `bytes`, at most the default")
	flags.IntVar(&l.Memory, "max-memory", l.Memory, "most memory that one image may take, in `MiB`")
}

func (o *serveOptions) check(flags *flag.FlagSet) (err error) {
	flags.VisitAll(func(f *flag.Flag) {
		if strings.HasPrefix(f.Name, "max-") && (f.Value.String() == "0" || strings.HasPrefix(f.Value.String(), "-")) {
			err = fmt.Errorf("--%s must be greater than 0", f.Name)
		}
	})
	switch {
	case o.optional && len(o.keys) == 0:
		err = errors.New("--sign-optional needs a key to verify by: name one by --sign-key")
	case o.fallback != "" && !key.Valid(o.fallback):
		err = fmt.Errorf("--fallback: %q is no original's key, which is a path without a slash at its ends", o.fallback)
	case o.limits.VariantBytes > worker.MaxBody:
		err = fmt.Errorf("--max-variant-bytes must be at most %d", worker.MaxBody)
	case o.deadline <= 0:
		err = errors.New("--deadline must be greater than 0")
	}
	return err
}

func (o *serveOptions) readDecoders() error {
	for name := range strings.SplitSeq(o.decoders, ",") {
		if name != "" && !o.limits.Enable(name) {
			return fmt.Errorf("--decoders: %q is neither tiff nor svg", name)
		}
	}
	return nil
}

func (o *serveOptions) readKey(text string) error {
	id, file, _ := strings.Cut(text, "=")
	k, err := signature.ReadFile(id, file)
	o.keys = append(o.keys, k)
	return err
}

func (o *serveOptions) readWidths(text string) (err error) {
	o.widths, err = options.ParseLadder(text)
	return err
}

func (o *serveOptions) readPresets(file string) (err error) {
	o.presets, err = readPresets(file)
	return err
}

// stage is what the edge function is told of, with all keys and presets in its
// store.
func (o *serveOptions) stage() edge.Stage {
	stage := edge.Stage{Optional: o.optional, Widths: o.widths}
	held := map[string]string{}
	for _, k := range o.keys {
		held[signature.StoreKey(k.ID)] = k.Secret
		if k.ID == signature.Imgix {
			stage.Imgix = true
		} else {
			stage.Keys = append(stage.Keys, k.ID)
		}
	}
	for _, p := range o.presets {
		held[preset.StorePrefix+p.Name] = p.Query
	}
	stage.Store = func(key string) (string, bool) { value, ok := held[key]; return value, ok }
	return stage
}

// resolve turns the locations into full ones, or into their defaults.
func (o *serveOptions) resolve() (err error) {
	if o.originals == "" {
		o.originals, err = sampleFolder()
	} else {
		o.originals, err = locate(o.originals)
	}
	if err != nil {
		return fmt.Errorf("--originals: %w", err)
	}
	if o.variants == "" {
		o.variants = defaultVariants(o.originals)
	} else if o.variants, err = locate(o.variants); err != nil {
		return fmt.Errorf("--variants: %w", err)
	}
	if within(o.variants, o.originals) {
		return fmt.Errorf("--variants: %s lies in the originals' folder, which must stay as it is", o.variants)
	}
	return nil
}

// startWorkers starts a worker for each processor.
func startWorkers(ctx context.Context, o serveOptions, log *slog.Logger) (*worker.Pool, error) {
	pool, err := worker.NewPool(worker.Config{Size: runtime.NumCPU(), Deadline: o.deadline, Fonts: true, Log: log})
	if err != nil {
		return nil, err
	}
	if err := pool.Ready(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

func newLog(quiet bool) *slog.Logger {
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
