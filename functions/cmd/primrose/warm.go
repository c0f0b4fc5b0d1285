package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"

	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/store"
	"primrose/functions/internal/warm"
)

const warmHelp = `Have a service make the variants of a whole folder or bucket before anybody asks
for them: after a deploy that changes them all, or before a page goes online.

Usage: primrose warm --originals <folder>|s3://<bucket> --options <query> [flags]

  primrose warm --originals ~/Pictures --options 'w=320&auto=format' --options 'w=640&auto=format'
  primrose warm --originals s3://my-originals --prefix photos/ --options-file sets.txt --dry-run
  primrose warm --originals s3://my-originals --options-file sets.txt --accept avif,webp \
    --base https://images.example.com --key-id 2026a --key-file key.txt

Each original is asked for with each set of options, as browsers would that
accept AVIF, WebP or neither; what would be the same variant, once. The file has
a set of options a line, as a URL has them.

A run that ends early, even by a power failure, goes on where it was when it is
started again. What failed is listed, with the code of the problem, and asked for
anew by the next run; the command exits with 1 then.
`

// warmOptions are the flags of warm.
type warmOptions struct {
	originals, prefix string
	base              string
	sets              []string
	setsFile, presets string
	accept            string
	parallel          int
	journal           string
	anew, dryRun      bool
	sign              signFlags
}

func warmCommand(ctx context.Context, args []string) error {
	o, err := parseWarm(args)
	if err != nil {
		return err
	}
	plan, err := o.plan(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s: originals %d, variants %d\n", o.originals, len(plan.Keys), plan.Total())
	if o.dryRun || plan.Total() == 0 {
		return nil
	}
	signer, err := o.sign.signer()
	if err != nil {
		return err
	}
	journal, err := o.openJournal()
	if err != nil {
		return fmt.Errorf("--journal: %w", err)
	}
	meter := newMeter(os.Stdout)
	warmer := warm.Warmer{Base: o.base, Sign: signer, Parallel: o.parallel, Journal: journal, Told: meter.tell}
	progress, err := warmer.Run(ctx, plan)
	meter.end()
	finished := err == nil && progress.Failed == 0
	err = errors.Join(explainStop(err), journal.Close(finished))
	meter.summary(progress)
	if err == nil && !finished {
		err = fmt.Errorf("%d of %d variants were not made; started again, the command asks for these alone", progress.Failed, progress.Total)
	}
	return err
}

// explainStop says what becomes of a run that ended early.
func explainStop(err error) error {
	switch {
	case errors.Is(err, context.Canceled): // by Ctrl-C
		return errors.New("stopped; started again, the command goes on from here")
	case err != nil:
		return fmt.Errorf("stopped: %w; started again, the command goes on from here", err)
	}
	return nil
}

func parseWarm(args []string) (*warmOptions, error) {
	o := &warmOptions{}
	flags := newFlags("warm", warmHelp)
	flags.StringVar(&o.originals, "originals", "", "`folder` or s3://bucket of the originals")
	flags.StringVar(&o.prefix, "prefix", "", "`begin` of the keys that are meant, such as photos/ (default all)")
	flags.StringVar(&o.base, "base", "http://127.0.0.1:8080", "`URL` of the service")
	flags.Func("options", "`query` of the variants, such as 'w=320&auto=format'; may be repeated", func(text string) error {
		o.sets = append(o.sets, text)
		return nil
	})
	flags.StringVar(&o.setsFile, "options-file", "", "`file` with a query a line")
	flags.StringVar(&o.presets, "presets", "", "`file` of the stage's presets, to tell which variants are the same")
	flags.StringVar(&o.accept, "accept", "avif,webp,other", "`formats` that browsers accept")
	flags.IntVar(&o.parallel, "parallel", 8, "`requests` at a time")
	flags.StringVar(&o.journal, "journal", "", "`file` that remembers what is done (default one in the user's cache)")
	flags.BoolVar(&o.anew, "anew", false, "ask for everything, whatever the journal says")
	flags.BoolVar(&o.dryRun, "dry-run", false, "only count")
	o.sign.add(flags)
	if err := parse(flags, args); err != nil {
		return o, err
	}
	if o.originals == "" {
		return o, explain(flags, "which originals? Name a folder or a bucket by --originals;")
	}
	return o, o.check()
}

func (o *warmOptions) check() (err error) {
	if o.originals, err = locate(o.originals); err != nil {
		return fmt.Errorf("--originals: %w", err)
	}
	if o.base, err = baseURL(o.base); err != nil || o.base == "" {
		return fmt.Errorf("--base: %w", errors.Join(err, errors.New("name the service's scheme and host")))
	}
	switch {
	case o.parallel < 1:
		return errors.New("--parallel must be greater than 0")
	case len(o.sets) == 0 && o.setsFile == "":
		return errors.New("which variants? Name options by --options or --options-file")
	}
	for kind := range strings.SplitSeq(o.accept, ",") {
		if kind != "avif" && kind != "webp" && kind != "other" {
			return fmt.Errorf("--accept: %q is none of avif, webp and other", kind)
		}
	}
	return nil
}

// plan finds all originals and reads all sets of options.
func (o *warmOptions) plan(ctx context.Context) (warm.Plan, error) {
	rules, err := readRules(o.presets)
	if err != nil {
		return warm.Plan{}, err
	}
	sets, err := o.readSets(rules)
	if err != nil {
		return warm.Plan{}, err
	}
	originals, err := openOriginals(ctx, o.originals)
	if err != nil {
		return warm.Plan{}, fmt.Errorf("--originals: %w", err)
	}
	keys, err := images(ctx, originals, o.prefix)
	return warm.Plan{Keys: keys, Sets: sets, Accepts: strings.Split(o.accept, ","), Rules: rules}, err
}

func (o *warmOptions) readSets(rules options.Rules) ([]string, error) {
	for _, set := range o.sets {
		if err := warm.CheckSet(set, rules); err != nil {
			return nil, fmt.Errorf("--options: %s: %w", set, err)
		}
	}
	if o.setsFile == "" {
		return o.sets, nil
	}
	text, err := os.ReadFile(o.setsFile)
	if err != nil {
		return nil, fmt.Errorf("--options-file: %w", err)
	}
	more, err := warm.ParseSets(string(text), rules)
	if err != nil {
		return nil, fmt.Errorf("--options-file: %s: %w", o.setsFile, err)
	}
	return append(o.sets, more...), nil
}

// images are the keys that begin with prefix and have an image's name.
func images(ctx context.Context, catalog store.Catalog, prefix string) ([]string, error) {
	const page = 1000
	var images []string
	for after := ""; ; {
		keys, err := catalog.Keys(ctx, after, page)
		if err != nil {
			return nil, fmt.Errorf("--originals: %w", err)
		}
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) && format.Named(key) {
				images = append(images, key)
			}
		}
		if len(keys) < page {
			return images, nil
		}
		after = keys[len(keys)-1]
	}
}

// openJournal opens the journal of these originals at this service.
func (o *warmOptions) openJournal() (*warm.Journal, error) {
	name := o.journal
	if name == "" {
		sum := sha256.Sum256([]byte(o.base + "\n" + o.originals))
		name = cacheFolder(fmt.Sprintf("warm-%x", sum[:8]))
	}
	journal, err := warm.OpenJournal(name, o.base)
	if err == nil && o.anew {
		err = journal.Forget()
	}
	return journal, err
}
