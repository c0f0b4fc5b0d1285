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
// joined. Names are compared as they stand; values are percent-decoded once.
// Its error is a [problem.BadOption] or [problem.TooLong].
func FromQuery(rawQuery, accept string) (Options, error) {
	return Ladder(nil).FromQuery(rawQuery, accept)
}

// FromQuery is [FromQuery] for a stage with a ladder of widths.
func (l Ladder) FromQuery(rawQuery, accept string) (Options, error) {
	given, err := parameters(rawQuery)
	if err != nil {
		return Options{}, err
	}
	values := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, ok := table[name].fromQuery(given[name])
		if !ok {
			return Options{}, table[name].refuse(given[name])
		}
		values[name] = value
	}
	l.climb(values)
	values["auto"] = negotiate(values["auto"], accept)
	return assemble(values)
}

// parameters returns the raw values of the options that a query gives.
func parameters(rawQuery string) (map[string]string, error) {
	if len(utf16.Encode([]rune(rawQuery))) > MaxQuery {
		return nil, problem.New(problem.TooLong, "the query is longer than %d bytes", MaxQuery)
	}
	pairs := strings.Split(rawQuery, "&")
	if len(pairs) > MaxParameters {
		return nil, problem.New(problem.TooLong, "the query has more than %d parameters", MaxParameters)
	}
	given := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if base, ok := strings.CutSuffix(name, "64"); ok {
			name, value = base, plain(value)
		}
		if _, known := table[name]; !known {
			continue
		}
		if earlier, repeated := given[name]; repeated && name == "auto" {
			value = earlier + "," + value
		}
		given[name] = value
	}
	return given, nil
}

// plain returns a value in base64url as it would be sent without that.
func plain(value string) string {
	text, ok := unbase64(value)
	if !ok {
		return "%" // which nothing takes
	}
	return url.QueryEscape(text)
}

// fromQuery returns the normal value of a raw one. A plus is a space, as in
// forms; and no value holds a space, but texts and keys do.
func (o option) fromQuery(raw string) (string, bool) {
	text, err := url.QueryUnescape(raw)
	if err != nil || !utf8.ValidString(text) {
		return "", false
	}
	switch o.kind {
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
	if strings.Contains(o.span, ":") {
		separator = ":"
	}
	return o.normal(strings.ReplaceAll(lower(text), separator, "_"))
}

func base64url(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
