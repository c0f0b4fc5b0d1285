package serve

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/options"
	"primrose/functions/internal/variant"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// shown is how many originals the start page shows.
const shown = 100

// page is what the start page's template is given.
type page struct {
	Base   string // scheme and host
	Place  string
	Images []picture
	More   bool // than are shown
}

// picture is an original on the start page.
type picture struct {
	Name string
	Path string // percent-encoded
	Asks []ask
	sign func(target string) (string, error)
}

// ask is an example of what to ask for.
type ask struct{ Label, Query string }

var examples = []ask{
	{"300 px wide", "w=300&auto=format"},
	{"Square", "w=300&h=300&fit=crop&crop=attention&auto=format"},
	{"WebP", "w=300&fm=webp"},
	{"AVIF", "w=300&fm=avif"},
	{"Padded", "w=400&h=400&fit=fill&bg=fde2ea"},
	{"Turned", "w=300&rot=90&flip=h"},
	{"Blurred", "w=300&blur=60"},
	{"Facts", "fm=json"},
	{"Original", ""},
}

// pagePolicy lets the page show images in its own style, and do nothing else.
const pagePolicy = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page shows the originals and how to ask for them.
func (s *Service) page(w http.ResponseWriter, r *http.Request) {
	keys, err := s.Originals.Keys(r.Context(), "", shown+1)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "originals not listed", "error", err.Error())
		delivery.Refuse(w, r, err)
		return
	}
	more := len(keys) > shown
	content := page{Base: "http://" + r.Host, Place: s.Place, Images: pictures(keys[:min(len(keys), shown)], s.sign), More: more}
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, content); err != nil {
		delivery.Refuse(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	w.Write(body.Bytes()) // without a body on HEAD: net/http sees to that
}

// pictures leaves out what can't be asked for, and what is by its name
// something else than an image.
func pictures(keys []string, sign func(string) (string, error)) []picture {
	var list []picture
	for _, key := range keys {
		v, err := variant.New(key, options.Options{})
		if err != nil || !imageNames[strings.ToLower(path.Ext(key))] {
			continue
		}
		list = append(list, picture{key, strings.TrimSuffix(v.Path(), "/-/original"), examples, sign})
	}
	return list
}

var imageNames = map[string]bool{
	".jpg": true, ".jpeg": true, ".png": true, ".webp": true, ".avif": true, ".gif": true,
	".tif": true, ".tiff": true, ".svg": true,
}

// URL returns the path and query of an example, signed where that is wanted.
func (p picture) URL(query string) (string, error) {
	if query == "" {
		return p.sign(p.Path)
	}
	return p.sign(p.Path + "?" + query)
}

func (s *Service) sign(target string) (string, error) {
	if len(s.Keys) == 0 {
		return target, nil
	}
	return s.Keys[len(s.Keys)-1].Sign(target, time.Time{})
}
