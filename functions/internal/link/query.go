package link

import (
	"fmt"
	"slices"
	"strings"

	"primrose/functions/internal/options"
	"primrose/functions/internal/variant"
)

// Query is options as a URL has them, in the order in which they were given.
type Query []Pair

// Pair is an option and its value, percent-encoded.
type Pair struct{ Name, Value string }

// ParseQuery reads options as people write them: name=value, the value as it is
// meant, without percent-encoding.
func ParseQuery(args []string) (Query, error) {
	var q Query
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no option: write name=value, as in w=300", arg)
		}
		pair := name + "=" + escape(value)
		if name != "preset" && len(options.Ignored(pair)) > 0 {
			return nil, fmt.Errorf("there is no option %q: docs/options.md shows those that there are", name)
		}
		q = append(q, Pair{name, escape(value)})
	}
	return q, nil
}

// String is the query behind a URL's question mark.
func (q Query) String() string {
	var pairs []string
	for _, pair := range q {
		pairs = append(pairs, pair.Name+"="+pair.Value)
	}
	return strings.Join(pairs, "&")
}

// value is an option's value; of one that is given twice, the last.
func (q Query) value(name string) string {
	for _, pair := range slices.Backward(q) {
		if pair.Name == name {
			return pair.Value
		}
	}
	return ""
}

func (q Query) without(name string) Query {
	return slices.DeleteFunc(slices.Clone(q), func(pair Pair) bool { return pair.Name == name })
}

// with has an option where it was, or else at the end.
func (q Query) with(name, value string) Query {
	at := slices.IndexFunc(q, func(pair Pair) bool { return pair.Name == name })
	if at < 0 {
		return append(slices.Clone(q), Pair{name, value})
	}
	changed := q[:at+1].without(name)
	return slices.Concat(changed, Query{{name, value}}, q[at+1:].without(name))
}

// negotiates tells whether the browser's Accept header decides on the format.
func (q Query) negotiates() bool {
	return slices.ContainsFunc(q, func(pair Pair) bool {
		return pair.Name == "auto" && slices.Contains(strings.Split(pair.Value, ","), "format")
	})
}

// withoutFormat asks for no format, and leaves none to the edge.
func (q Query) withoutFormat() Query {
	var rest Query
	for _, pair := range q.without("fm") {
		if pair.Name == "auto" {
			words := slices.DeleteFunc(strings.Split(pair.Value, ","), func(word string) bool { return word == "format" })
			if pair.Value = strings.Join(words, ","); pair.Value == "" {
				continue
			}
		}
		rest = append(rest, pair)
	}
	return rest
}

// escape percent-encodes all of a value that could mean something else in a
// URL, in Markdown or in a srcset; a comma only there, at a candidate's end.
func escape(value string) string {
	escaped := plain.Replace(variant.Escape(value))
	if rest, ok := strings.CutSuffix(escaped, ","); ok {
		return rest + "%2C"
	}
	return escaped
}

// plain are characters that are easier to read as they are.
var plain = strings.NewReplacer("%2C", ",", "%3A", ":")

// WithoutPreset leaves out of a query what only the stage knows.
func WithoutPreset(query string) string {
	pairs := strings.Split(query, "&")
	return strings.Join(slices.DeleteFunc(pairs, func(pair string) bool { return strings.HasPrefix(pair, "preset=") }), "&")
}
