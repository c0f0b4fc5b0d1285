package distribution_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"primrose/functions/internal/twin/distribution"
	"primrose/functions/internal/twin/network"
	"primrose/functions/internal/twin/template"
)

//go:embed testdata/template.json
var written string

// edited is the template with old texts of it replaced by new ones; each must be there once.
func edited(t *testing.T, edits ...string) *template.Stack {
	t.Helper()
	text := written
	for i := 0; i < len(edits); i += 2 {
		if strings.Count(text, edits[i]) != 1 {
			t.Fatalf("the template has %q %d times", edits[i], strings.Count(text, edits[i]))
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	stack, err := template.Parse([]byte(text), t.TempDir(), "edge")
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// originServer answers as it is told to, and remembers what it was asked.
type originServer struct {
	mu       sync.Mutex
	answer   http.HandlerFunc
	requests []*http.Request
}

func (o *originServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.requests = append(o.requests, r)
	answer := o.answer
	o.mu.Unlock()
	answer(w, r)
}

// says has it answer with a status, headers such as "Cache-Control: no-store", and the body "body".
func (o *originServer) says(status int, headers ...string) {
	o.does(func(w http.ResponseWriter, r *http.Request) {
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Add(name, value)
		}
		if match := r.Header.Get("If-None-Match"); match != "" && match == w.Header().Get("Etag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.WriteHeader(status)
		io.WriteString(w, "body")
	})
}

func (o *originServer) does(answer http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

// asked are the requests since it was last called.
func (o *originServer) asked() []*http.Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.requests
	o.requests = nil
	return asked
}

// scene is a distribution with its origins. The bucket has nothing, and says so as S3 does to who may
// not list it.
type scene struct {
	*testing.T
	*network.Network
	*distribution.Distribution
	stack       *template.Stack
	clock       network.Clock
	bucket, api originServer

	mu     sync.Mutex
	signed map[string]string // for whom requests were signed, by their hosts
}

func newScene(t *testing.T, edits ...string) *scene {
	t.Helper()
	s := start(t, edited(t, edits...))
	s.Handle("bucket.example.com", &s.bucket)
	s.Handle("api.example.com", &s.api)
	return s
}

// newStage has one of the repository's own, without some of its distribution's properties.
func newStage(t *testing.T, name string, without ...string) *scene {
	t.Helper()
	return start(t, stack(t, name, without...))
}

func stack(t *testing.T, stage string, without ...string) *template.Stack {
	t.Helper()
	const dir = "../../../../infra/stacks/testdata"
	name := "primrose-" + stage + "-eu-central-1"
	text, err := os.ReadFile(filepath.Join(dir, name+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, resource := range document["Resources"].(map[string]any) {
		properties, _ := resource.(map[string]any)["Properties"].(map[string]any)
		of, _ := properties["DistributionConfig"].(map[string]any)
		maps.DeleteFunc(of, func(property string, _ any) bool { return slices.Contains(without, property) })
	}
	if text, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	read, err := template.Parse(text, dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func start(t *testing.T, stack *template.Stack) *scene {
	t.Helper()
	n, err := network.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	s := &scene{T: t, Network: n, stack: stack, signed: map[string]string{}}
	if s.Distribution, err = distribution.New(stack, s, s.clock.Now); err != nil {
		t.Fatal(err)
	}
	s.bucket.says(http.StatusForbidden)
	s.api.says(http.StatusOK, "Cache-Control: max-age=60")
	n.Handle(s.Domain, s.Distribution)
	return s
}

// RoundTrip notes for whom a request is to be signed.
func (s *scene) RoundTrip(r *http.Request) (*http.Response, error) {
	if source, ok := distribution.Source(r.Context()); ok {
		s.mu.Lock()
		s.signed[r.URL.Host] = source
		s.mu.Unlock()
	}
	return s.Network.RoundTripper().RoundTrip(r)
}

// got is an answer whose body has been read.
type got struct {
	*http.Response
	body string
	err  error // of the body
}

// String is the status, and what X-Cache says.
func (g got) String() string {
	return fmt.Sprintf("%d %s", g.StatusCode, strings.TrimSuffix(g.Header.Get("X-Cache"), " from cloudfront"))
}

// ask sends a request such as "GET /a" with headers to the distribution.
func (s *scene) ask(what string, headers ...string) got {
	s.Helper()
	return s.send("https", what, nil, headers...)
}

func (s *scene) send(scheme, what string, body io.Reader, headers ...string) got {
	s.Helper()
	method, path, _ := strings.Cut(what, " ")
	r, err := http.NewRequestWithContext(s.Context(), method, scheme+"://"+s.Domain+path, body)
	if err != nil {
		s.Fatal(err)
	}
	for _, header := range headers {
		if name, value, given := strings.Cut(header, ": "); given {
			r.Header.Add(name, value)
		}
	}
	response, err := s.Client().Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return got{response, string(text), err}
}

// want compares an answer with what it should be, such as "200 Hit".
func (s *scene) want(what, want string, g got) {
	s.Helper()
	if g.String() != want {
		s.Errorf("%s: %s, want %s; %q", what, g, want, g.body)
	}
}
