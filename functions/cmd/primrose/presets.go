package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"primrose/functions/internal/preset"
)

const presetsHelp = `Make the edge know a stage's presets, which are named sets of options: a URL
then says ?preset=hero in place of all of them. Others are removed from there.

Usage: primrose presets push --store <ARN> [flags] <file>

  primrose presets push --dry-run --store arn:aws:cloudfront::123456789012:key-value-store/4a1b… presets.txt

The file has a preset a line: its name, a space and its options as a URL has them.

  hero  w=1600&h=600&fit=crop&auto=format,compress
  thumb w=300&h=300&fit=crop&auto=format

A deploy prints the store. A preset that changes changes what its URLs show once
the edge knows it, seconds later; variants are kept by their options, so nothing
has to be purged.

It takes the rights to cloudfront-keyvaluestore:DescribeKeyValueStore, ListKeys
and UpdateKeys on the store.
`

// presetsOptions are the flags and the argument of presets push.
type presetsOptions struct {
	pushOptions
	removeAll bool
	presets   []preset.Preset
}

func presetsCommand(ctx context.Context, args []string) error {
	o, err := parsePresets(args)
	if err != nil {
		return err
	}
	store, _, err := o.open(ctx)
	if err != nil {
		return err
	}
	return o.push(ctx, store, preset.Part(o.presets))
}

func parsePresets(args []string) (o presetsOptions, err error) {
	flags := newFlags("presets push", presetsHelp)
	o.add(flags)
	flags.BoolVar(&o.removeAll, "remove-all", false, "leave no preset; without a file")
	if args, err = pushArgs(flags, "presets", args); err != nil {
		return o, err
	}
	if err := parseFlags(flags, args); err != nil {
		return o, err
	}
	switch {
	case o.removeAll && flags.NArg() > 0:
		return o, fmt.Errorf("--remove-all leaves no preset, %s may hold some: which is meant?", flags.Arg(0))
	case o.removeAll:
		return o, nil
	case flags.NArg() != 1:
		return o, explain(flags, "name one file, behind the flags;")
	}
	if o.presets, err = readPresets(flags.Arg(0)); err == nil && len(o.presets) == 0 {
		err = errors.New("the file holds no preset, so none would be left: if that is meant, say --remove-all without a file")
	}
	return o, err
}

func readPresets(name string) ([]preset.Preset, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	presets, err := preset.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return presets, nil
}
