// Package warm asks a service for variants before its viewers do, so that they
// find them made.
package warm

import (
	"fmt"
	"iter"
	"strings"

	"primrose/functions/internal/link"
	"primrose/functions/internal/options"
)

// Plan is what to ask for: each set of options of each original, by browsers
// that accept each kind of format.
type Plan struct {
	Keys    []string // of the originals
	Sets    []string // queries
	Accepts []string // see [link.Accept]
	Rules   options.Rules
}

// form is a set of options as one kind of browser asks for it.
type form struct{ query, accept string }

// Request is one variant to ask for.
type Request struct {
	Target string // path and query, not signed
	Accept string // header
}

// Total is how many requests there are.
func (p Plan) Total() int { return len(p.Keys) * len(p.forms()) }

// Requests are all requests, original by original. A key that no URL can ask
// for is an error instead.
func (p Plan) Requests() iter.Seq2[Request, error] {
	return func(yield func(Request, error) bool) {
		forms := p.forms()
		for _, key := range p.Keys {
			for _, form := range forms {
				target, err := link.Target(key, form.query)
				if err != nil {
					err = fmt.Errorf("%q: %w", key, err)
				}
				if !yield(Request{target, form.accept}, err) {
					return
				}
			}
		}
	}
}

// forms leaves out what would be the same variant again: most options are the
// same to all browsers.
func (p Plan) forms() []form {
	var forms []form
	seen := map[string]bool{}
	for _, set := range p.Sets {
		for _, kind := range p.Accepts {
			accept := link.Accept(kind)
			o, err := p.Rules.FromQuery(set, accept)
			if name := o.String(); err != nil { // a preset that only the stage knows
				forms = append(forms, form{set, accept})
			} else if !seen[name] {
				seen[name] = true
				forms = append(forms, form{set, accept})
			}
		}
	}
	return forms
}

// ParseSets reads sets of options, one a line, each as a URL's query. Blank
// lines and those that begin with # say nothing.
func ParseSets(text string, rules options.Rules) ([]string, error) {
	var sets []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimPrefix(strings.TrimSpace(line), "?")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := CheckSet(line, rules); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		sets = append(sets, line)
	}
	return sets, nil
}

// CheckSet says what is wrong with a set of options. A preset may be one that
// only the stage knows.
func CheckSet(query string, rules options.Rules) error {
	if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
		return fmt.Errorf("%q holds a space, # or what is not ASCII: percent-encode it", query)
	}
	known := query
	if rules.Presets == nil {
		known = link.WithoutPreset(query)
	}
	for _, name := range options.Ignored(known) {
		if name != "" && name != "preset" {
			return fmt.Errorf("%q is no option", name)
		}
	}
	_, err := rules.FromQuery(known, "")
	return err
}
