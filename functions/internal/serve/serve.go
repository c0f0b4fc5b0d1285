// Package serve runs the whole service on one address of this machine: edge
// function, variants' store, image function and operations, as CloudFront,
// S3, API Gateway and Lambda string them together.
package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/store"
)

// Operations are what is invoked by POST.
type Operations interface {
	Invoke(ctx context.Context, event json.RawMessage) (any, error)
}

// Config is what a [Service] is made of.
type Config struct {
	Originals  store.Catalog
	Drops      *Drops       // takes what is dropped onto the page, if Originals is it; nil takes nothing
	Variants   store.Reader // what Images writes to
	Edge       *edge.Function
	Images     http.Handler // the image function
	Operations Operations
	Keys       []signature.Key // of the edge function, if it wants signatures; the page has URLs signed with the last
	Place      string          // the originals' folder or bucket, as the page calls it
	Log        *slog.Logger    // nil means [slog.Default]
}

// Service is the handler of the local service.
type Service struct {
	Config
	gate gate
}

// New returns a service.
func New(config Config) *Service {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Service{config, make(gate, crowd)}
}

func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if own := s.own(delivery.SentPath(r), r.Method); own != nil {
		own(w, r)
		return
	}
	s.gate.admit(w, r, s.image)
}

// own returns what answers for the service itself, not for an image. It lies
// below paths that no key can have, since keys end in no slash.
func (s *Service) own(path, method string) http.HandlerFunc {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	switch method + " " + path {
	case "GET /":
		return s.page
	case "POST /":
		return s.operation
	case "GET /originals/":
		return s.originals
	case "POST /originals/":
		return s.drop
	case "POST /signed/":
		return s.signed
	}
	return nil
}

// image takes the way of an image's request: edge function, variants' store,
// image function.
func (s *Service) image(w http.ResponseWriter, r *http.Request) {
	result, err := s.Edge.Handle(edge.Request{
		Method:   r.Method,
		URI:      delivery.SentPath(r),
		RawQuery: r.URL.RawQuery,
		Header:   r.Header,
	})
	switch {
	case err != nil:
		s.Log.ErrorContext(r.Context(), "edge function failed", "error", err.Error())
		delivery.Refuse(w, r, err)
		return
	case result.Response != nil:
		answer(w, r, result.Response)
		return
	}
	if negotiated(r) {
		w.Header().Set("Vary", "Accept")
	}
	w = rechecked{w}
	if s.kept(w, r, result.URI) {
		return
	}
	w.Header().Set("X-Cache", "Miss")
	s.Images.ServeHTTP(w, rewritten(r, result))
}

// negotiated reports whether another Accept header could get another answer:
// what a preset says, or base64, may let it.
func negotiated(r *http.Request) bool {
	query := r.URL.Query()
	return query.Has("preset") || query.Has("auto64") ||
		slices.ContainsFunc(query["auto"], func(auto string) bool { return strings.Contains(strings.ToLower(auto), "format") })
}

// answer sends what the edge function answers by itself.
func answer(w http.ResponseWriter, r *http.Request, response *edge.Response) {
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.Status)
	if r.Method != http.MethodHead {
		w.Write([]byte(response.Body))
	}
}

// rewritten is the request as the edge function sends it on.
func rewritten(r *http.Request, result edge.Result) *http.Request {
	r = r.WithContext(r.Context())
	r.RequestURI = result.URI
	r.Header = result.Header
	return r
}
