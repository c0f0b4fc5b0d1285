package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"primrose/functions/internal/link"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/terminal"
	"primrose/functions/internal/variant"
)

const inspectHelp = `Tell what the service makes of a URL, or of a file.

Usage: primrose inspect [flags] <URL>|<path>|<file>

  primrose inspect 'https://images.example.com/photos/rose.jpg?w=300&fit=crop&utm_source=x'
  primrose inspect '/rose.jpg?w=300&auto=format' --accept webp
  primrose inspect /rose.jpg/-/fm=webp,w=300
  primrose inspect "$(primrose sign --imgix --key-file key.txt '/rose.jpg?w=300')" --imgix --key-file key.txt
  primrose inspect 'http://127.0.0.1:8080/rose.jpg?w=300' --fetch
  primrose inspect ~/Pictures/rose.jpg

Of a URL, or its path and query, it tells the original's key, the options in their
canonical form, the variant's path, its key in the bucket and its cache tag, and
whether it is signed; of a variant's path, which logs show, the same. Of a file it
tells what identify does. It exits with 1 if the service would refuse the URL.
`

// inspectOptions are the flags of inspect.
type inspectOptions struct {
	accept, widths, presets string
	base                    string
	fetch                   bool
	sign                    signFlags
}

func inspectCommand(ctx context.Context, args []string) error {
	var o inspectOptions
	flags := newFlags("inspect", inspectHelp)
	flags.StringVar(&o.accept, "accept", "avif", "`format` that the browser likes best, where the URL says auto=format: avif, webp or other")
	flags.StringVar(&o.widths, "widths", "", "`list` of the stage's widths, as in 320,640")
	flags.StringVar(&o.presets, "presets", "", "`file` of the stage's presets")
	o.sign.addKey(flags)
	flags.BoolVar(&o.fetch, "fetch", false, "ask for it, and show status, headers and times")
	flags.StringVar(&o.base, "base", "http://127.0.0.1:8080", "`URL` of the service, to fetch a path from")
	words, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return explain(flags, "name one URL, path or file;")
	}
	if info, err := os.Stat(words[0]); err == nil && info.Mode().IsRegular() {
		return identify(ctx, words[0])
	}
	origin, target := cutOrigin(words[0])
	if !strings.HasPrefix(target, "/") {
		return fmt.Errorf("%s is no file here, and no URL or path either, which begin with https:// or /", words[0])
	}
	out := terminal.Writer{Writer: os.Stdout} // what URLs and services say, anybody may have written
	known := o.explain(out, target)
	if o.fetch {
		if origin == "" {
			origin = o.base
		}
		fmt.Println()
		return errors.Join(known, fetch(ctx, out, origin+target, link.Accept(o.accept)))
	}
	return known
}

// explain writes what the service makes of path and query, as far as it
// understands them.
func (o *inspectOptions) explain(w io.Writer, target string) error {
	path, query, _ := strings.Cut(target, "?")
	rules, err := o.rules()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer out.Flush()
	v, err := variant.Parse(path)
	if err != nil || query != "" {
		v, err = o.asked(rules, path, query)
	}
	if err == nil {
		describe(out, v)
	}
	for _, name := range ignored(query) {
		fmt.Fprintf(out, "ignored\t%s\n", name)
	}
	signed, refused := o.signature(path, query)
	fmt.Fprintf(out, "signature\t%s\n", signed)
	if err != nil {
		return errors.New(problem.Of(err).Error())
	}
	return refused
}

func (o *inspectOptions) rules() (options.Rules, error) {
	rules, err := readRules(o.presets)
	if err == nil && o.widths != "" {
		if rules.Ladder, err = options.ParseLadder(o.widths); err != nil {
			err = fmt.Errorf("--widths: %w", err)
		}
	}
	return rules, err
}

// asked is what the edge makes of a URL.
func (o *inspectOptions) asked(rules options.Rules, path, query string) (variant.Variant, error) {
	key, err := variant.DecodeKey(path)
	if err != nil {
		return variant.Variant{}, err
	}
	if rules.Presets == nil && link.WithoutPreset(query) != query {
		return variant.Variant{}, problem.New(problem.BadOption, "only the stage knows what a preset stands for: name its file by --presets")
	}
	wanted, err := rules.FromQuery(query, link.Accept(o.accept))
	if err != nil {
		return variant.Variant{}, err
	}
	return variant.New(key, wanted)
}

// ignored are the parameters that are neither options nor of a signature.
func ignored(query string) []string {
	if query == "" {
		return nil
	}
	return slices.DeleteFunc(options.Ignored(query), func(name string) bool {
		return slices.Contains([]string{"preset", "kid", "expires", "s"}, name)
	})
}

// describe writes a variant's names, and its options with what they do.
func describe(out io.Writer, v variant.Variant) {
	fmt.Fprintf(out, "original\t%s\n", v.Key())
	label := "options"
	docs := sentences()
	for pair := range strings.SplitSeq(v.Options().String(), ",") {
		name, _, _ := strings.Cut(pair, "=")
		if pair == "" {
			pair = "none: the original's exact bytes"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", label, pair, docs[name])
		label = ""
	}
	fmt.Fprintf(out, "variant\t%s\nstore key\t%s\ncache tag\t%s\n", v.Path(), v.StoreKey(), v.Tags())
}

// sentences are what the documentation begins with of each option.
func sentences() map[string]string {
	docs := map[string]string{}
	for _, section := range options.Reference() {
		for _, entry := range section.Entries {
			first, _, _ := strings.Cut(entry.Text, ". ")
			for _, option := range entry.Options {
				docs[option.Name] = strings.TrimSuffix(first, ".")
			}
		}
	}
	return docs
}

// signature tells whether a URL is signed, and an error if that refuses it.
func (o *inspectOptions) signature(path, query string) (string, error) {
	switch {
	case !signature.Signed(query):
		return "none", nil
	case !o.sign.given():
		return "not looked at: name the key by --key-id, or --imgix, and --key-file", nil
	}
	key, err := o.sign.key()
	if err != nil {
		return "not looked at", err
	}
	err = signature.Verify(path, query, []signature.Key{key}, time.Now())
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return string(p.Code), errors.New(p.Error())
	}
	return "valid, by key " + key.ID + expiry(query), nil
}

// expiry tells how long a URL is valid.
func expiry(query string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if seconds, ok := strings.CutPrefix(pair, "expires="); ok {
			if at, err := time.ParseDuration(seconds + "s"); err == nil {
				return ", until " + time.Unix(0, 0).Add(at).UTC().Format(time.DateTime) + " UTC"
			}
		}
	}
	return ""
}
