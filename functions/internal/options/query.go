package options

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"primrose/functions/internal/key"
	"primrose/functions/internal/problem"
)

// Limits of a viewer's query. They bound the edge function's work, which
// CloudFront meters.
const (
	MaxQuery      = 4096 // UTF-16 code units: bytes, where the query is ASCII as it should be
	MaxParameters = 40
)

// FromQuery reads a URL's raw query in imgix's grammar, and the viewer's
// Accept header for auto=format, as the edge function does: what is no option
// is ignored, of an option given twice the last counts, and auto's lists are
// joined. Names are compared as they stand; values are percent-decoded once, or
// those whose names end in 64 base64url-decoded. Its error is a
// [problem.BadOption] or [problem.TooLong].
func FromQuery(rawQuery, accept string) (Options, error) {
	return Rules{}.FromQuery(rawQuery, accept)
}

// Rules are what a stage adds to the language. The zero value adds nothing.
type Rules struct {
	Ladder  Ladder
	Presets map[string]string // queries by name, as preset=name asks for them
}

// FromQuery is [FromQuery] by a stage's rules. A preset counts as if it stood
// before the query: what the URL says goes before what the preset says.
func (r Rules) FromQuery(rawQuery, accept string) (Options, error) {
	pairs, err := pairsOf(rawQuery)
	if err != nil {
		return Options{}, err
	}
	preset, err := r.preset(pairs)
	if err != nil {
		return Options{}, err
	}
	values, err := normalValues(append(preset, pairs...))
	if err != nil {
		return Options{}, err
	}
	r.Ladder.climb(values)
	values["auto"] = negotiate(values["auto"], accept)
	return assemble(values)
}

// pairsOf returns a query's parameters as sent.
func pairsOf(rawQuery string) ([]string, error) {
	if len(utf16.Encode([]rune(rawQuery))) > MaxQuery {
		return nil, problem.New(problem.TooLong, "the query is longer than %d bytes", MaxQuery)
	}
	pairs := strings.Split(rawQuery, "&")
	if len(pairs) > MaxParameters {
		return nil, problem.New(problem.TooLong, "the query has more than %d parameters", MaxParameters)
	}
	return pairs, nil
}

// preset returns the parameters of the preset that a query asks for, if any.
func (r Rules) preset(pairs []string) ([]string, error) {
	for _, pair := range slices.Backward(pairs) {
		if name, ok := strings.CutPrefix(pair, "preset="); ok {
			query := r.Presets[name]
			if query == "" {
				return nil, problem.New(problem.BadOption, "there is no such preset")
			}
			return strings.Split(query, "&"), nil
		}
	}
	return nil, nil
}

// normalValues returns the options that parameters give, each in its normal
// spelling, but for defaults.
func normalValues(pairs []string) (map[string]string, error) {
	given, err := texts(pairs)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, ok := table[name].fromText(given[name])
		if !ok {
			return nil, table[name].refuse(given[name])
		}
		if value != table[name].Default {
			values[name] = value
		}
	}
	return values, nil
}

// texts returns what parameters say of each option, decoded.
func texts(pairs []string) (map[string]string, error) {
	given := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		name, encoded := strings.CutSuffix(name, "64")
		option, known := table[name]
		if !known {
			continue
		}
		text, ok := unquery(value)
		if encoded {
			text, ok = unbase64(value)
		}
		if !ok {
			return nil, option.refuseEncoding()
		}
		if earlier, repeated := given[name]; repeated && name == "auto" {
			text = earlier + "," + text
		}
		given[name] = text
	}
	return given, nil
}

// unquery decodes a parameter's value. A plus is a space, as in forms.
func unquery(value string) (string, bool) {
	text, err := url.QueryUnescape(value)
	return text, err == nil && utf8.ValidString(text)
}

// fromText returns the normal value of what a parameter says. Only texts and
// keys hold underscores, spaces and characters beyond ASCII.
func (o Option) fromText(text string) (string, bool) {
	switch o.Kind {
	case "text":
		return base64url(text), o.proper(text)
	case "path":
		if value, ok := o.path(lower(text)); ok && !strings.Contains(text, "_") {
			return value, true
		}
		name := strings.TrimPrefix(text, "/")
		return base64url("/" + name), key.Valid(name)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > '~' || r == '_' }) {
		return "", false
	}
	separator := ","
	if strings.Contains(o.Range, ":") {
		separator = ":"
	}
	return o.normal(strings.ReplaceAll(lower(text), separator, "_"))
}

func base64url(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
