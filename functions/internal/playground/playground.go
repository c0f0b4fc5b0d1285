// Package playground makes the page on which one sees pictures change under
// one's hands, and copies their URLs.
//
// The page is one document with its style, its scripts and the table of
// options in it: it asks for nothing but pictures, and works without a network.
// Scripts share one scope, in the order below; each file is a concern.
package playground

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"primrose/functions/internal/options"
)

//go:embed page.html style.css *.js
var files embed.FS

// scripts are the page's, in the order in which they come to run.
var scripts = []string{
	"element.js", "view.js", "address.js", "sign.js", "values.js", "controls.js", "panel.js", "facts.js", "preview.js",
	"draw.js", "event.js", "copy.js", "originals.js", "start.js",
}

// Settings are what a page is told of the service that shows it.
type Settings struct {
	Deployed bool   `json:"deployed"` // in AWS: it lists no originals, takes none, and keeps the address' query, which may be signed
	Place    string `json:"place"`    // the originals' folder or bucket, as the page calls it
	Signed   bool   `json:"signed"`   // URLs must be signed
	Trusted  bool   `json:"trusted"`  // who views the page may have URLs signed and drop originals
}

// page is one made for its settings.
type page struct {
	body   []byte
	policy string
	tag    string
	cache  string
}

// New returns the handler of a page: GET and HEAD of whatever path it lies at.
// The page is made when it is first asked for, which spares a function's start
// some milliseconds.
func New(s Settings) http.Handler {
	made := sync.OnceValue(func() *page { return newPage(s) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
}

func newPage(s Settings) *page {
	style, script := uncommented(file("style.css")), uncommented(joined())
	body := []byte(fill(style, script, data(s), data(reference())))
	sum := sha256.Sum256(body)
	cache := "no-cache"
	if s.Deployed {
		cache = "public, max-age=300" // a new version is a new deployment
	}
	return &page{body, policy(style, script), fmt.Sprintf(`"%x"`, sum[:16]), cache}
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", p.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", p.cache)
	header.Set("ETag", p.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.body))
}

// fill puts the parts into the document. Package text/template would make a
// function that links it half as large again.
func fill(style, script, settings, options string) string {
	return strings.NewReplacer(
		"{{style}}", style, "{{script}}", script, "{{settings}}", settings, "{{options}}", options,
	).Replace(file("page.html"))
}

// policy lets the page run its own script in its own style, show pictures and
// ask its own service, and nothing else: not even make HTML of texts.
func policy(style, script string) string {
	return fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src 'self' blob: data:; connect-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'", hash(script), hash(style))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func joined() string {
	var all strings.Builder
	for _, name := range scripts {
		all.WriteString(file(name))
	}
	return all.String()
}

// uncommented leaves out lines that are nothing but a comment, blank ones and
// indents: readers of the page have the files.
func uncommented(script string) string {
	var kept strings.Builder
	for line := range strings.Lines(script) {
		if code := strings.TrimSpace(line); code != "" && !strings.HasPrefix(code, "//") {
			kept.WriteString(code + "\n")
		}
	}
	return kept.String()
}

func file(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the list above and the folder are one
	}
	return string(text)
}

// data is a value for a script element, which no text in it can end, since JSON's
// "<" is escaped.
func data(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // texts always marshal
	}
	return strings.ReplaceAll(strings.TrimSpace(text.String()), "<", `\u003c`)
}

// section is what the page shows of one of [options.Reference]: each entry is its
// text, its lines of the table, and its examples' queries behind ">".
type section struct {
	Title   string   `json:"title"`
	Entries []string `json:"entries"`
}

func reference() []section {
	var sections []section
	for _, s := range options.Reference() {
		shown := section{Title: s.Title}
		for _, e := range s.Entries {
			shown.Entries = append(shown.Entries, entry(e))
		}
		sections = append(sections, shown)
	}
	return sections
}

func entry(e options.Entry) string {
	var text strings.Builder
	text.WriteString(e.Text)
	for _, o := range e.Options {
		text.WriteString("\n" + strings.TrimSpace(strings.Join([]string{o.Name, o.Kind, o.Range, o.Default}, " ")))
	}
	for _, example := range e.Examples {
		text.WriteString("\n>" + query(example, e.Options[0].Name == "w"))
	}
	return text.String()
}

// query is an example's, but for a width that it has only to be small in the
// manual.
func query(example string, sized bool) string {
	_, query, _ := strings.Cut(example, "?")
	if sized || strings.Contains(query, "&h=") {
		return query
	}
	pairs := strings.Split(query, "&")
	return strings.Join(slices.DeleteFunc(pairs, isWidth), "&")
}

// isWidth reports whether a pair of a query is a width in pixels.
func isWidth(pair string) bool {
	value, ok := strings.CutPrefix(pair, "w=")
	_, err := strconv.Atoi(value)
	return ok && err == nil
}
