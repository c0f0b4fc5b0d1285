// Package options is the image language: what a URL may ask of an image.
//
// Its reference is the table in options.txt, which the edge function reads
// too. A viewer's query is read leniently by [FromQuery], exactly as the edge
// function reads it; what the edge made of it is read strictly by [Parse].
// Both yield [Options], whose String is the canonical form and thereby a part
// of every variant's key: two spellings of one request have one variant.
//
// Another dialect of URLs would be one more reader beside [FromQuery]: it
// fills a set of values by the table's names, and assemble does the rest.
package options

import (
	"maps"
	"slices"
	"strings"

	"primrose/functions/internal/problem"
)

// Options are valid options in canonical form. The zero value has none.
type Options struct {
	_      [0]func() // no ==, which would compare pointers: their String is what makes two alike
	text   string
	values Values
}

// String returns the canonical form: name=value pairs sorted by name and
// joined by commas. Its alphabet is A-Z a-z 0-9 . _ = , and -, so that it
// is spelled alike in a URL, in a store's key and in a header.
func (o Options) String() string { return o.text }

// Values returns what the options ask for.
func (o Options) Values() Values {
	if o.IsZero() {
		return defaults
	}
	return o.values
}

// IsZero tells whether there are no options.
func (o Options) IsZero() bool { return o.text == "" }

// Parse reads canonical options and nothing else. Its error is a
// [problem.BadOption].
func Parse(canonical string) (Options, error) {
	if canonical == "" {
		return Options{}, nil
	}
	values := map[string]string{}
	for pair := range strings.SplitSeq(canonical, ",") {
		name, value, _ := strings.Cut(pair, "=")
		option, known := table[name]
		if !known {
			return Options{}, problem.New(problem.BadOption, "the variant path holds an option that does not exist")
		}
		option = option.permitted()
		normal, ok := option.normal(value)
		if !ok {
			return Options{}, option.refuse(value)
		}
		values[name] = normal
	}
	options, err := assemble(values)
	if err != nil {
		return Options{}, err
	}
	if options.text != canonical {
		return Options{}, problem.New(problem.BadOption, "the options are not in their normal form, which is %q", options.text)
	}
	return options, nil
}

// describing are the formats that tell of the picture, instead of showing it.
var describing = []string{"json", "blurhash", "thumbhash"}

// describes tells whether an answer does: then there is no format to choose.
func describes(values map[string]string) bool {
	return slices.Contains(describing, values["fm"]) || values["palette"] != ""
}

// assemble makes options of values that are normal each for itself.
func assemble(values map[string]string) (Options, error) {
	auto := without(values["auto"], idle...)
	if describes(values) {
		auto = without(auto, avif, webp)
	}
	values["auto"] = without(auto, own)
	options := Options{values: defaults}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if value == "" || value == table[name].Default {
			continue
		}
		if !options.values.set(name, value) {
			return Options{}, table[name].refuse(value)
		}
		pairs = append(pairs, name+"="+value)
	}
	if len(pairs) == 0 && auto == own { // a variant is wanted, not the original's very bytes
		pairs = []string{"auto=" + own}
	}
	if options.text = strings.Join(pairs, ","); options.IsZero() {
		return Options{}, nil
	}
	return options, nil
}
