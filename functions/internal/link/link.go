// Package link writes the URL of a variant in the forms in which people use it.
package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math"
	"path"
	"strconv"
	"strings"

	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/variant"
)

// Link is what an original is to look like, and where.
type Link struct {
	Base   string // scheme and host without a final slash; empty for a path alone
	Key    string // of the original
	Query  Query
	Rules  options.Rules
	Sign   func(target string) (string, error) // signs path and query; nil signs nothing
	Widths []int                               // of a srcset, in pixels; none: there is none
	Sizes  string                              // of a srcset; empty means [DefaultSizes]
	Alt    string                              // text in the picture's place
}

// DefaultSizes is what HTML takes for a srcset's sizes that are not given.
const DefaultSizes = "100vw"

// Forms write a link, by the names of what they write.
var Forms = map[string]func(Link) (string, error){
	"url":      Link.url,
	"img":      Link.img,
	"picture":  Link.picture,
	"markdown": Link.markdown,
	"curl":     Link.curl,
	"event":    Link.event,
}

// Check says whether the service would understand the link. Its error is a
// [problem.Problem].
func (l Link) Check() error {
	if len(l.Widths) > 0 && l.Query.value("dpr") != "" {
		return problem.New(problem.BadOption, "a srcset counts pixels, of which dpr would make others: leave dpr out")
	}
	for _, query := range append([]Query{l.Query}, l.each()...) {
		if _, err := l.variant(query, ""); err != nil {
			return err
		}
	}
	return nil
}

// variant is what the service makes of a query. A preset that is not known here
// may be known to the stage.
func (l Link) variant(query Query, accept string) (variant.Variant, error) {
	known := query.String()
	if l.Rules.Presets == nil {
		known = WithoutPreset(known)
	}
	o, err := l.Rules.FromQuery(known, accept)
	if err != nil {
		return variant.Variant{}, err
	}
	return variant.New(l.Key, o)
}

// target is path and query, signed if need be, behind the base.
func (l Link) target(query Query) (string, error) {
	target, err := Target(l.Key, query.String())
	if err == nil && l.Sign != nil {
		target, err = l.Sign(target)
	}
	return l.Base + target, err
}

// Target is the path of an original's URL, and the query behind it.
func Target(key, query string) (string, error) {
	if _, err := variant.New(key, options.Options{}); err != nil {
		return "", err
	}
	target := "/" + variant.Escape(key)
	if query != "" {
		target += "?" + query
	}
	return target, nil
}

// each is the query at each width of the srcset. A height keeps its ratio.
func (l Link) each() []Query {
	var all []Query
	for _, width := range l.Widths {
		query := l.Query.with("w", strconv.Itoa(width))
		w, errW := strconv.Atoi(l.Query.value("w"))
		h, errH := strconv.Atoi(l.Query.value("h"))
		if errW == nil && errH == nil && w > 0 {
			query = query.with("h", strconv.Itoa(max(1, int(math.Round(float64(h*width)/float64(w))))))
		}
		all = append(all, query)
	}
	return all
}

// srcset is the attribute's value, with changes to each query.
func (l Link) srcset(separator string, change func(Query) Query) (string, error) {
	var candidates []string
	for i, query := range l.each() {
		url, err := l.target(change(query))
		if err != nil {
			return "", err
		}
		candidates = append(candidates, fmt.Sprintf("%s %dw", url, l.Widths[i]))
	}
	return strings.Join(candidates, separator), nil
}

func same(query Query) Query { return query }

func (l Link) url() (string, error) {
	if len(l.Widths) > 0 {
		return l.srcset(",\n", same)
	}
	return l.target(l.Query)
}

func (l Link) img() (string, error) {
	src, err := l.target(l.Query)
	if err != nil {
		return "", err
	}
	sources, err := l.sources(same)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<img src="%s"%s alt="%s">`, html.EscapeString(src), sources, html.EscapeString(l.Alt)), nil
}

// sources are the attributes that name a srcset, if there is one.
func (l Link) sources(change func(Query) Query) (string, error) {
	if len(l.Widths) == 0 {
		return "", nil
	}
	srcset, err := l.srcset(", ", change)
	if err != nil {
		return "", err
	}
	sizes := l.Sizes
	if sizes == "" {
		sizes = DefaultSizes
	}
	return fmt.Sprintf(` srcset="%s" sizes="%s"`, html.EscapeString(srcset), html.EscapeString(sizes)), nil
}

// picture offers the newer formats first. That the browser chooses makes the
// edge's choice needless.
func (l Link) picture() (string, error) {
	l.Query = l.Query.withoutFormat()
	var b strings.Builder
	b.WriteString("<picture>\n")
	for _, format := range []string{"avif", "webp"} {
		change := func(query Query) Query { return query.with("fm", format) }
		attributes, err := l.sources(change)
		if len(l.Widths) == 0 {
			var src string
			src, err = l.target(change(l.Query))
			attributes = fmt.Sprintf(` srcset="%s"`, html.EscapeString(src))
		}
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "  <source type=\"image/%s\"%s>\n", format, attributes)
	}
	img, err := l.img()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "  %s\n</picture>", img)
	return b.String(), nil
}

func (l Link) markdown() (string, error) {
	if len(l.Widths) > 0 {
		return "", errors.New("a srcset is nothing that Markdown has: write the img, which it takes, too")
	}
	src, err := l.target(l.Query)
	alt := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(l.Alt)
	return fmt.Sprintf("![%s](%s)", alt, src), err
}

// Accept is what browsers say that know the format: avif, webp, or any other.
func Accept(format string) string {
	switch format {
	case "avif":
		return "image/avif,image/webp,*/*"
	case "webp":
		return "image/webp,*/*"
	}
	return "*/*"
}

func (l Link) curl() (string, error) {
	if len(l.Widths) > 0 {
		return "", errors.New("curl gets one image, a srcset names several: leave one of them out")
	}
	src, err := l.target(l.Query)
	if err != nil {
		return "", err
	}
	name, header := path.Base(l.Key), ""
	if format := l.Query.value("fm"); format != "" {
		name = strings.TrimSuffix(name, path.Ext(name)) + "." + format
	}
	if l.Query.negotiates() {
		header = "-H " + quote("Accept: "+Accept("avif")) + " "
		name = strings.TrimSuffix(name, path.Ext(name)) + ".avif"
	}
	return fmt.Sprintf("curl --fail-with-body %s-o %s %s", header, quote("./"+name), quote(src)), nil
}

// quote writes a word for a POSIX shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// event is what API Gateway sends the function once the edge has understood the
// URL, for who invokes the function directly.
func (l Link) event() (string, error) {
	if len(l.Widths) > 0 {
		return "", errors.New("an event asks for one image, a srcset names several: leave one of them out")
	}
	if l.Rules.Presets == nil && l.Query.value("preset") != "" {
		return "", errors.New("the function gets what a preset stands for: name the presets' file")
	}
	v, err := l.variant(l.Query, Accept("avif"))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"httpMethod": "GET", "path": v.Path(), "headers": map[string]string{}})
	return string(text), err
}
