// Package mistake is a table of what one can get wrong in a template so that CloudFormation takes it and the
// service is broken: each is seen by a request of the [suite]. It is how the twin is known to show something.
package mistake

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/twin"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/suite"
	"primrose/functions/internal/twin/template"
)

// Mistake is one.
type Mistake struct {
	// Name says what is wrong.
	Name string
	// Seen is the name of the request that sees it.
	Seen string

	change func(d *document)
}

// Unseen says why this machine can't show a mistake; "" if it can.
func (m Mistake) Unseen() string {
	if m.Name == small {
		return strings.Join(lambdatest.Missing(), "; ") // without limits, a function has all the memory there is
	}
	return ""
}

// All are all of them.
func All() []Mistake { return slices.Concat(rights, functions, api, edge, events) }

// Make makes the mistake in a template.
func (m Mistake) Make(text []byte) ([]byte, error) {
	changed, err := edit(text, m.change)
	if err != nil {
		return nil, fmt.Errorf("the template has changed, so that the mistake %q can't be made: %w", m.Name, err)
	}
	return changed, nil
}

// Try runs a stack of the assembly dir with the mistake, and returns what the request that is to see it says.
// It is an error if the twin refuses the template, or if the request sees nothing.
func (m Mistake) Try(ctx context.Context, dir, stack string) (seen error, err error) {
	text, err := os.ReadFile(filepath.Join(dir, stack+".template.json"))
	if err != nil {
		return nil, err
	}
	wrong, err := m.Make(text)
	if err != nil {
		return nil, err
	}
	parsed, err := template.Parse(wrong, dir, stack)
	if err != nil {
		return nil, err
	}
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer n.Close()
	t, err := twin.New(parsed, n)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	asked, err := suite.New(ctx, t)
	if err != nil {
		return nil, err
	}
	seen = asked.Ask(ctx, suite.Named(m.Seen)).Failure
	if seen == nil {
		err = fmt.Errorf("nobody sees it: %q is answered as if all was well", m.Seen)
	}
	return seen, err
}

// The requests that see most.
const (
	made     = "a variant of an original is made"
	stored   = "another edge finds a variant in the bucket"
	replaced = "what was made of a replaced original goes"
	heavy    = "a large original becomes a large variant"
)
