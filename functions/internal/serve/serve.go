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
	Variants   store.Reader // what Images writes to
	Edge       *edge.Function
	Images     http.Handler // the image function
	Operations Operations
	Keys       []signature.Key // of the edge function, if it wants signatures; the start page signs with the last
	Place      string          // the originals' folder or bucket, as the start page calls it
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
	switch root := delivery.SentPath(r) == "/"; {
	case root && r.Method == http.MethodPost:
		s.operation(w, r)
	case root && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.page(w, r)
	default:
		s.gate.admit(w, r, s.image)
	}
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
