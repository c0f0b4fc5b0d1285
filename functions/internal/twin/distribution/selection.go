package distribution

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// selection says which of several named things are meant.
type selection struct {
	all   bool
	names map[string]bool // those that are meant, or with all those that are not
}

func (s selection) has(name string) bool { return s.all != s.names[name] }

// either is what one of several selections has.
func either(selections ...selection) func(name string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(selections, func(s selection) bool { return s.has(name) })
	}
}

// newSelection reads a behavior such as whitelist with the names that it is about.
func newSelection(what, behavior string, names []string) (selection, error) {
	listed := map[string]bool{}
	for _, name := range names {
		if strings.Contains(name, "*") {
			return selection{}, fmt.Errorf("%s %q: names with an asterisk are not understood", what, name)
		}
		listed[name] = true
	}
	named := behavior == "whitelist" || behavior == "allExcept"
	switch {
	case named != (len(names) > 0):
		return selection{}, fmt.Errorf("%s are selected by %q and %d names", what, behavior, len(names))
	case named || behavior == "none":
		return selection{behavior == "allExcept", listed}, nil
	case behavior == "all" || behavior == "allViewer":
		return selection{all: true}, nil
	}
	return selection{}, fmt.Errorf("%s are selected by %q, which is not understood", what, behavior)
}

// forwarded is what a policy selects of a request.
type forwarded struct{ headers, cookies, queries selection }

func newForwarded(h headersConfig, c cookiesConfig, q queryStringsConfig) (f forwarded, err error) {
	var names []string
	for _, name := range h.Headers {
		if strings.HasPrefix(strings.ToLower(name), "cloudfront-") {
			return f, fmt.Errorf("the twin makes no header %s", name)
		}
		names = append(names, http.CanonicalHeaderKey(name))
	}
	if f.headers, err = newSelection("Headers", h.HeaderBehavior, names); err != nil {
		return f, err
	}
	if f.cookies, err = newSelection("Cookies", c.CookieBehavior, c.Cookies); err != nil {
		return f, err
	}
	f.queries, err = newSelection("QueryStrings", q.QueryStringBehavior, q.QueryStrings)
	return f, err
}

// header is what is chosen of a request's, but for its cookies.
func header(h http.Header, chosen func(name string) bool) http.Header {
	some := http.Header{}
	for name, values := range h {
		if name != "Cookie" && chosen(name) {
			some[name] = values
		}
	}
	return some
}

// query is what is chosen of a raw query, in the order that it has there.
func query(raw string, chosen func(name string) bool) string {
	return pick(raw, "&", func(name string) bool {
		decoded, err := url.QueryUnescape(name)
		return err == nil && chosen(decoded)
	})
}

// cookies are what is chosen of a request's cookies, as one header.
func cookies(h http.Header, chosen func(name string) bool) string {
	return pick(strings.Join(h["Cookie"], "; "), "; ", chosen)
}

// pick keeps the pairs name=value whose names are chosen.
func pick(text, separator string, chosen func(name string) bool) string {
	if text == "" {
		return ""
	}
	pairs := slices.DeleteFunc(strings.Split(text, separator), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return !chosen(name)
	})
	return strings.Join(pairs, separator)
}
