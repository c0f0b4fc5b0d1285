package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/signature"
	"primrose/functions/internal/stage"
)

// What a stage says to the image function, by the flags that say the same.
var stageFlags = []string{
	"fallback", "decoders", "deadline", "jobs", "max-bytes", "max-pixels", "max-frames", "max-total-pixels", "max-side",
	"max-variant-side", "max-variant-pixels", "max-variant-bytes", "max-memory",
}

// readStage has the flags that are not given say what the stage says.
func (o *serveOptions) readStage(flags *flag.FlagSet, made madeKeys) (err error) {
	if o.stageName == "" {
		return nil
	}
	if o.stage, err = stage.Read(o.assembly, o.stageName); err != nil {
		return err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, name := range []string{"widths", "sign-optional"} {
		if given[name] {
			return fmt.Errorf("%s's edge function decides what --%s says: leave one of them out", o.stageName, name)
		}
	}
	for _, name := range stageFlags {
		value := o.stage.Environment["PRIMROSE_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))]
		if name == "deadline" {
			value += "s"
		}
		if value == "" || given[name] {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return fmt.Errorf("%s: %s: %w", o.stage.File, name, err)
		}
	}
	return errors.Join(o.takeKeys(made), o.note(o.stage.File))
}

// takeKeys makes the keys that the stage knows and no flag names.
func (o *serveOptions) takeKeys(made madeKeys) error {
	for _, k := range o.keys {
		if !slices.Contains(o.stage.Keys, k.ID) {
			return fmt.Errorf("%s knows no key %s, but %s", o.stageName, k.ID, cmp.Or(strings.Join(o.stage.Keys, ", "), "none"))
		}
	}
	for _, id := range o.stage.Keys {
		if !slices.ContainsFunc(o.keys, func(k signature.Key) bool { return k.ID == id }) {
			o.made = append(o.made, made.key(id))
		}
	}
	o.keys = append(o.keys, o.made...)
	return nil
}

// madeKeys are the secrets by id of keys that nobody gave, made once a run.
type madeKeys map[string]string

func (m madeKeys) key(id string) signature.Key {
	if m[id] == "" {
		m[id] = rand.Text() + rand.Text()
	}
	return signature.Key{ID: id, Secret: m[id]}
}
