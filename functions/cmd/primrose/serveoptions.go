package main

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/key"
	"primrose/functions/internal/options"
	"primrose/functions/internal/preset"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/stage"
	"primrose/functions/internal/worker"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	originals, variants string
	address             string
	assembly            string          // the folder that stages are synthesised into
	stageName           string          // empty: none
	stage               stage.Stage     // of that name
	keys                []signature.Key // none: URLs need not be signed
	made                []signature.Key // those of the keys that were made for this run
	optional            bool            // they need not be all the same
	presets             []preset.Preset
	widths              options.Ladder
	fallback            string // key; empty shows none
	limits              engine.Limits
	decoders            string
	deadline            time.Duration
	jobs                int // of one worker; 0: without end
	quiet               bool
	logFormat           string
	open, watch         bool
	files               []string // that hold some of this, by their full paths
}

func parseServe(args []string, made madeKeys) (*serveOptions, error) {
	o := &serveOptions{limits: engine.DefaultLimits}
	flags := newFlags("serve", serveHelp)
	flags.StringVar(&o.originals, "originals", "", "`folder` or s3://bucket of the originals; it is only read (default sample images)")
	flags.StringVar(&o.variants, "variants", "", "`folder` or s3://bucket of the variants (default a folder in the user's cache)")
	flags.StringVar(&o.stageName, "stage", "", "`name` of a synthesised stage, such as dev: serve as it does; flags of limits go before what it says")
	flags.StringVar(&o.assembly, "cdk-out", "cdk.out", "`folder` that stages are synthesised into")
	flags.StringVar(&o.fallback, "fallback", "", "`key` of the original to show, with status 404, in place of missing ones (default none)")
	flags.StringVar(&o.address, "addr", "127.0.0.1:8080", "`host:port` to listen on")
	limitFlags(flags, &o.limits)
	flags.StringVar(&o.decoders, "decoders", "", "further formats to read: tiff, svg or tiff,svg")
	flags.DurationVar(&o.deadline, "deadline", worker.DefaultDeadline, "longest `time` for one image")
	flags.IntVar(&o.jobs, "jobs", 0, "`images` after which a worker is replaced (default never)")
	flags.Func("sign-key", "`id=file` of a key: refuse URLs that are not signed, but for what the page at / asks; may be repeated; imgix=file holds the token of imgix's libraries", o.readKey)
	flags.BoolVar(&o.optional, "sign-optional", false, "serve URLs that are not signed, too; what is signed wrongly is still refused")
	flags.Func("presets", "`file` of named sets of options, as primrose presets push reads it", o.readPresets)
	flags.Func("widths", "`list` of widths, as in 320,640: round sizes up to one of them", o.readWidths)
	flags.BoolVar(&o.watch, "watch", false, "have open pages show what changes in the originals' folder; take in keys, presets and the stage when they change")
	flags.BoolVar(&o.open, "open", false, "open the page in a browser")
	flags.BoolVar(&o.quiet, "quiet", false, "log only what goes wrong")
	flags.StringVar(&o.logFormat, "log", "text", "`format` of the log: text, for a person, or json")
	if err := parse(flags, args); err != nil {
		return o, err
	}
	if err := o.readStage(flags, made); err != nil {
		return o, fmt.Errorf("--stage: %w", err)
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
	case o.jobs < 0:
		err = errors.New("--jobs must not be negative")
	case o.logFormat != "text" && o.logFormat != "json":
		err = fmt.Errorf("--log: %q is neither text nor json", o.logFormat)
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
	return errors.Join(err, o.note(file))
}

func (o *serveOptions) readWidths(text string) (err error) {
	o.widths, err = options.ParseLadder(text)
	return err
}

func (o *serveOptions) readPresets(file string) (err error) {
	o.presets, err = readPresets(file)
	return errors.Join(err, o.note(file))
}

// note has a file watched.
func (o *serveOptions) note(file string) error {
	path, err := filepath.Abs(file)
	o.files = append(o.files, path)
	return err
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
