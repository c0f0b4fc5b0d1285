package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"primrose/functions/internal/link"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

const urlHelp = `Write the URL of a variant: the original's key and options become a URL that is
checked, percent-encoded and, if a key is named, signed.

Usage: primrose url [flags] <key> [<option>=<value>]...

  primrose url photos/rose.jpg w=300 h=200 fit=crop
  primrose url 'a rose & more.jpg' w=640 'txt=Hello, world'
  primrose url rose.jpg auto=format --srcset 320,640,1280 --sizes '(min-width: 60em) 50vw, 100vw' --as img --alt 'A rose'
  primrose url rose.jpg w=640 --as picture
  primrose url rose.jpg w=300 --key-id 2026a --key-file key.txt --expires 24h --base https://images.example.com
  primrose url rose.jpg w=300 --as event

Values are written as they are meant, without percent-encoding. The event is what
API Gateway sends the function for such a URL:

  aws lambda invoke --function-name FUNCTION --cli-binary-format raw-in-base64-out \
    --payload "$(primrose url rose.jpg w=300 --as event)" answer

answers with status and headers in JSON, 8 zero bytes, and the image.
`

// urlOptions are the flags of url.
type urlOptions struct {
	base, as, srcset, sizes, alt string
	presets                      string
	sign                         signFlags
}

func urlCommand(_ context.Context, args []string) error {
	var o urlOptions
	flags := newFlags("url", urlHelp)
	flags.StringVar(&o.base, "base", "http://127.0.0.1:8080", "`URL` of the service; empty for a path alone")
	flags.StringVar(&o.as, "as", "url", "`form`: "+strings.Join(slices.Sorted(maps.Keys(link.Forms)), ", "))
	flags.StringVar(&o.srcset, "srcset", "", "`widths` for a browser to choose from, as in 320,640")
	flags.StringVar(&o.sizes, "sizes", link.DefaultSizes, "how wide the picture is shown, as HTML's `sizes` say it")
	flags.StringVar(&o.alt, "alt", "", "`text` in the picture's place, for those who don't see it")
	flags.StringVar(&o.presets, "presets", "", "`file` of presets, to check what options mean beside one")
	o.sign.add(flags)
	words, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return explain(flags, "which original? Name its key;")
	}
	write, ok := link.Forms[o.as]
	if !ok {
		return fmt.Errorf("--as: there is no form %q, but %s", o.as, strings.Join(slices.Sorted(maps.Keys(link.Forms)), ", "))
	}
	l, err := o.link(words[0], words[1:])
	if err != nil {
		return err
	}
	text, err := write(l)
	if err != nil {
		return fmt.Errorf("--as %s: %w", o.as, err)
	}
	fmt.Println(text)
	return nil
}

// link is the link that the flags and arguments describe, once it is checked.
func (o *urlOptions) link(key string, args []string) (l link.Link, err error) {
	l = link.Link{Key: strings.TrimPrefix(key, "/"), Sizes: o.sizes, Alt: o.alt}
	if l.Base, err = baseURL(o.base); err != nil {
		return l, fmt.Errorf("--base: %w", err)
	}
	if l.Query, err = link.ParseQuery(args); err != nil {
		return l, err
	}
	if o.srcset != "" {
		if l.Widths, err = options.ParseLadder(o.srcset); err != nil {
			return l, fmt.Errorf("--srcset: %w", err)
		}
	}
	if l.Rules, err = readRules(o.presets); err != nil {
		return l, err
	}
	if l.Sign, err = o.sign.signer(); err != nil {
		return l, err
	}
	if err := l.Check(); err != nil {
		return l, errors.New(problem.Of(err).Detail)
	}
	return l, nil
}

// baseURL returns scheme and host, or nothing.
func baseURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	base, err := url.Parse(text)
	switch {
	case err != nil:
		return "", err
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.User != nil:
		return "", fmt.Errorf("%q must be scheme and host alone, as in https://images.example.com", text)
	}
	return base.Scheme + "://" + base.Host, nil
}

// readRules reads a presets' file, if one is named.
func readRules(file string) (options.Rules, error) {
	if file == "" {
		return options.Rules{}, nil
	}
	presets, err := readPresets(file)
	if err != nil {
		return options.Rules{}, fmt.Errorf("--presets: %w", err)
	}
	rules := options.Rules{Presets: map[string]string{}}
	for _, p := range presets {
		rules.Presets[p.Name] = p.Query
	}
	return rules, nil
}
