// Package preset reads a stage's presets: sets of options that have a name, so
// that a URL says ?preset=hero in place of all of them.
//
// A file has a preset a line, its name and its options as a URL's query has
// them; blank lines and lines that begin with # say nothing:
//
//	# on the front page
//	hero  w=1600&h=600&fit=crop&auto=format,compress
//	thumb w=300&h=300&fit=crop&auto=format
//
// The edge function puts a preset before the rest of a URL's query: of an
// option that both give, the URL's value counts, and auto's are joined.
package preset

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
)

// StorePrefix begins the keys of the KeyValueStore under which presets are.
const StorePrefix = "preset."

// Preset is a set of options with a name.
type Preset struct{ Name, Query string }

// name is short and spelled alike everywhere.
var name = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Check says what is wrong with a preset.
func (p Preset) Check() error {
	if !name.MatchString(p.Name) {
		return fmt.Errorf("%q is no preset's name: use 1 to 32 lower-case letters, digits and dashes", p.Name)
	}
	if err := p.checkQuery(); err != nil {
		return fmt.Errorf("preset %s: %w", p.Name, err)
	}
	return nil
}

func (p Preset) checkQuery() error {
	switch {
	case p.Query == "":
		return errors.New("has no options: write them behind the name as in a URL, such as w=300&fit=crop")
	case len(p.Query) > keyvalue.MaxValue:
		return fmt.Errorf("has %d bytes: use at most %d", len(p.Query), keyvalue.MaxValue)
	case strings.ContainsFunc(p.Query, func(r rune) bool { return r <= ' ' || r > '~' || r == '?' || r == '#' }):
		return errors.New("holds a space, ?, # or what is not ASCII: percent-encode it")
	}
	if ignored := options.Ignored(p.Query); len(ignored) > 0 {
		return fmt.Errorf("%q is no option", ignored[0])
	}
	if _, err := options.FromQuery(p.Query, ""); err != nil {
		return errors.New(problem.Of(err).Detail)
	}
	return nil
}

// Parse reads a file's text. Its error tells all mistakes, by their lines.
func Parse(text string) ([]Preset, error) {
	var presets []Preset
	var errs []error
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		p := parse(line)
		err := p.Check()
		if slices.ContainsFunc(presets, func(other Preset) bool { return other.Name == p.Name }) {
			err = fmt.Errorf("preset %s is there already", p.Name)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", number, err))
		}
		presets = append(presets, p)
	}
	return presets, errors.Join(errs...)
}

func parse(line string) Preset {
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return Preset{line[:i], strings.TrimSpace(line[i:])}
	}
	return Preset{Name: line}
}

// Part is what the store should hold of the presets.
func Part(presets []Preset) keyvalue.Part {
	queries := map[string]string{}
	for _, p := range presets {
		queries[p.Name] = p.Query
	}
	return keyvalue.Part{Prefix: StorePrefix, Values: queries}
}
