package delivery

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/store"
)

// service is an image function behind a real server, with its stores.
type service struct {
	*httptest.Server
	folder   string // of originals
	variants store.Store
	log      *bytes.Buffer
	jobs     *atomic.Int64
}

type workerFunc func(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error)

func (f workerFunc) Do(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error) {
	return f(ctx, job, originals...)
}

// start runs the image function with the given worker over a folder that
// holds a photo.
func start(t *testing.T, worker Worker, change func(*Config)) *service {
	t.Helper()
	s := &service{folder: t.TempDir(), log: new(bytes.Buffer), jobs: new(atomic.Int64)}
	s.write(t, "rose.jpg", photo(t))
	originals, err := store.OpenFolder(s.folder)
	if err != nil {
		t.Fatal(err)
	}
	s.variants, err = store.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config := Config{
		Originals: originals,
		Variants:  s.variants,
		Worker: workerFunc(func(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error) {
			s.jobs.Add(1)
			return worker.Do(ctx, job, originals...)
		}),
		Limits: engine.DefaultLimits,
		Log:    slog.New(slog.NewJSONHandler(s.log, nil)),
	}
	if change != nil {
		change(&config)
	}
	s.Server = httptest.NewServer(New(config))
	t.Cleanup(s.Close)
	return s
}

func (s *service) write(t *testing.T, key string, body []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, key), body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request whose headers are given as name, value, name, value….
func (s *service) ask(t *testing.T, method, path string, header ...string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// stored returns the variant in the store, or nil.
func (s *service) stored(t *testing.T, key string) (*store.Object, []byte) {
	t.Helper()
	object, err := s.variants.Get(t.Context(), key)
	if errors.Is(err, store.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	if err != nil {
		t.Fatal(err)
	}
	return object, body
}

// refused checks that a response is the problem with the code, and that it
// neither shows internals nor is cached for long.
func refused(t *testing.T, response *http.Response, body []byte, code problem.Code) {
	t.Helper()
	var p struct {
		Status int
		Code   problem.Code
		Detail string
	}
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%s: %q is no problem: %v", response.Request.URL, body, err)
	}
	if p.Code != code || p.Status != response.StatusCode || response.StatusCode != problem.New(code, "").Status() || p.Detail == "" {
		t.Errorf("%s: %d %s, want %s", response.Request.URL, response.StatusCode, body, code)
	}
	if got := response.Header.Get("Content-Type"); got != problem.ContentType {
		t.Errorf("%s: content type %q", response.Request.URL, got)
	}
	cache, retry := cacheError, ""
	switch code {
	case problem.StoreUnavailable:
		retry = "5"
	case problem.Overloaded:
		cache, retry = "public, max-age=1", "1"
	}
	if response.Header.Get("Cache-Control") != cache || response.Header.Get("Retry-After") != retry {
		t.Errorf("%s: %v", response.Request.URL, response.Header)
	}
	if bytes.Contains(body, []byte("internals")) {
		t.Errorf("%s: internals leave: %s", response.Request.URL, body)
	}
}

func photo(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i*7) | 3
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestVariant(t *testing.T) {
	s := start(t, realWorker(t), nil)
	response, body := s.ask(t, "GET", "/rose.jpg/-/fm=jpg,w=160", VariantHeader, "/rose.jpg/-/fm=jpg,w=160")
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, body)
	}
	picture, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil || picture.Bounds() != image.Rect(0, 0, 160, 120) {
		t.Fatalf("no 160×120 JPEG: %v", err)
	}
	for name, want := range map[string]string{
		"Content-Type":                "image/jpeg",
		"Content-Length":              strconv.Itoa(len(body)),
		"Cache-Control":               "public, max-age=86400, s-maxage=31536000, stale-while-revalidate=31536000",
		"X-Content-Type-Options":      "nosniff",
		"Content-Security-Policy":     "default-src 'none'; sandbox",
		"Access-Control-Allow-Origin": "*",
		"X-Amz-Meta-Cache-Tag":        fmt.Sprintf("%x", sha256.Sum256([]byte("rose.jpg"))),
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, stage := range []string{"fetch", "header", "encode", "store", "total"} {
		if got := response.Header.Get("Server-Timing"); !strings.Contains(got, stage+";dur=") {
			t.Errorf("Server-Timing %q lacks %s", got, stage)
		}
	}

	object, kept := s.stored(t, "rose.jpg/-/fm=jpg,w=160")
	if !bytes.Equal(kept, body) {
		t.Fatalf("%d bytes are stored, %d were sent", len(kept), len(body))
	}
	etag := response.Header.Get("ETag")
	if object.ContentType != "image/jpeg" || object.CacheControl != response.Header.Get("Cache-Control") || object.User[MetaETag] != etag ||
		object.User[MetaCacheTag] != response.Header.Get("X-Amz-Meta-Cache-Tag") || object.User[MetaSourceETag] == "" {
		t.Errorf("stored as %+v", object.Meta)
	}

	head, nothing := s.ask(t, "HEAD", "/rose.jpg/-/fm=jpg,w=160")
	if head.StatusCode != http.StatusOK || len(nothing) != 0 || head.ContentLength != int64(len(body)) || head.Header.Get("ETag") != etag {
		t.Errorf("HEAD: %s with %d bytes, %v", head.Status, len(nothing), head.Header)
	}
}

func TestConditional(t *testing.T) {
	s := start(t, realWorker(t), nil)
	first, _ := s.ask(t, "GET", "/rose.jpg/-/w=20")
	etag := first.Header.Get("ETag")
	jobs := s.jobs.Load()
	for _, condition := range []string{etag, "W/" + etag, `"other", ` + etag} {
		response, body := s.ask(t, "GET", "/rose.jpg/-/w=20", "If-None-Match", condition)
		if response.StatusCode != http.StatusNotModified || len(body) > 0 || response.Header.Get("ETag") != etag ||
			response.Header.Get("Cache-Control") != first.Header.Get("Cache-Control") {
			t.Errorf("If-None-Match: %s: %s %v", condition, response.Status, response.Header)
		}
	}
	if s.jobs.Load() != jobs {
		t.Error("a 304 costs a decode")
	}
	other, _ := s.ask(t, "GET", "/rose.jpg/-/w=21", "If-None-Match", etag)
	s.write(t, "rose.jpg", append(photo(t), 0))
	replaced, _ := s.ask(t, "GET", "/rose.jpg/-/w=20", "If-None-Match", etag)
	if other.StatusCode != http.StatusOK || replaced.StatusCode != http.StatusOK || replaced.Header.Get("ETag") == etag {
		t.Errorf("other options: %s; replaced original: %s", other.Status, replaced.Status)
	}
}

// TestOriginal asks without options: exact bytes of images that are served,
// and of nothing else.
func TestOriginal(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	s := start(t, noWorker, nil)
	open := start(t, noWorker, func(c *Config) { c.Limits.SVG = true })
	for _, service := range []*service{s, open} {
		service.write(t, "evil.jpg", []byte("<!doctype html><script>alert(1)</script>"))
		service.write(t, "drawing.jpg", []byte(svg))
		service.write(t, "empty.jpg", nil)
	}

	response, body := s.ask(t, "GET", "/rose.jpg/-/original")
	if response.StatusCode != http.StatusOK || !bytes.Equal(body, photo(t)) || response.Header.Get("Content-Type") != "image/jpeg" ||
		response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("ETag") == "" {
		t.Errorf("%s, %d bytes, %v", response.Status, len(body), response.Header)
	}
	if head, body := s.ask(t, "HEAD", "/rose.jpg/-/original"); len(body) > 0 || head.ContentLength != response.ContentLength {
		t.Errorf("HEAD: %d bytes, length %d", len(body), head.ContentLength)
	}
	for _, path := range []string{"/evil.jpg/-/original", "/empty.jpg/-/original", "/drawing.jpg/-/original"} {
		response, body := s.ask(t, "GET", path)
		refused(t, response, body, problem.UnsupportedFormat)
	}
	response, body = open.ask(t, "GET", "/drawing.jpg/-/original")
	if string(body) != svg || response.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("SVG where it is on: %s %v", response.Status, response.Header)
	}
}

// TestOriginalBreaksOff: a viewer never takes a part of the bytes for all, nor
// bytes for right whose store says at their end that they are wrong.
func TestOriginalBreaksOff(t *testing.T) {
	file := photo(t)
	for name, content := range map[string]io.Reader{
		"too early":  bytes.NewReader(file[:20_000]),
		"at the end": io.MultiReader(bytes.NewReader(file), failing{errReset}),
		"too late":   io.MultiReader(bytes.NewReader(file), strings.NewReader("x")),
	} {
		s := start(t, noWorker, func(c *Config) {
			c.Originals = objects{func() *store.Object {
				return &store.Object{Body: io.NopCloser(content), Size: int64(len(file)), ETag: `"x"`}
			}}
		})
		response, err := s.Client().Get(s.URL + "/rose.jpg/-/original")
		if err == nil {
			_, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		if err == nil {
			t.Errorf("an original that breaks off %s arrives without an error", name)
		}
	}
}

// hanging is a body whose store falls silent until it is closed.
type hanging struct{ closed chan struct{} }

func (h hanging) Read([]byte) (int, error) { <-h.closed; return 0, context.Canceled }
func (h hanging) Close() error             { close(h.closed); return nil }

// TestOriginalNeverEnds: a store that is too slow is not logged as a viewer who
// left.
func TestOriginalNeverEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	o := open(&store.Object{Body: hanging{make(chan struct{})}, Size: 1}, 1, new(atomic.Int64))
	var e entry
	e.fail(o.finish(ctx))
	if e.status != http.StatusServiceUnavailable || e.problem.Code != problem.StoreUnavailable {
		t.Errorf("logged as %d: %v", e.status, e.problem)
	}
}

func TestBytesLimit(t *testing.T) {
	size := int64(len(photo(t)))
	at := start(t, realWorker(t), func(c *Config) { c.Limits.Bytes = size })
	if response, body := at.ask(t, "GET", "/rose.jpg/-/w=20"); response.StatusCode != http.StatusOK {
		t.Errorf("at the limit: %s %s", response.Status, body)
	}
	past := start(t, noWorker, func(c *Config) { c.Limits.Bytes = size - 1 })
	for _, path := range []string{"/rose.jpg/-/w=20", "/rose.jpg/-/original"} {
		response, body := past.ask(t, "GET", path)
		refused(t, response, body, problem.OriginalTooLarge)
	}
}

// objects is a store whose originals aren't what it says.
type objects struct{ get func() *store.Object }

func (o objects) Get(context.Context, string) (*store.Object, error) { return o.get(), nil }

func (o objects) ETag(context.Context, string) (string, error) { return o.get().ETag, nil }

// workers read all that there is, as for some formats they must, or leave off
// as soon as they know what they need.
var workers = map[string]workerFunc{
	"all": func(_ context.Context, _ engine.Job, originals ...io.Reader) (engine.Variant, error) {
		_, err := io.ReadAll(originals[0])
		return engine.Variant{Format: format.JPEG, Body: []byte("made of it")}, err
	},
	"some": func(_ context.Context, _ engine.Job, originals ...io.Reader) (engine.Variant, error) {
		_, err := originals[0].Read(make([]byte, 100))
		return engine.Variant{Format: format.JPEG, Body: []byte("made of it")}, err
	},
}

// TestUnsteadyOriginal reads originals that are other than announced. What
// is made of them must not be kept.
func TestUnsteadyOriginal(t *testing.T) {
	file := photo(t)
	size := int64(len(file))
	for name, c := range map[string]struct {
		body []byte
		end  error
		size int64
		want problem.Code
	}{
		"too large": {append(file, make([]byte, 1000)...), io.EOF, size, problem.OriginalTooLarge},
		"shorter":   {file[:size-100], io.EOF, size, problem.StoreUnavailable},
		"longer":    {file, io.EOF, size - 100, problem.StoreUnavailable},
		"breaks":    {file[:size/2], errReset, size, problem.StoreUnavailable},
		"wrong":     {file, errReset, size, problem.StoreUnavailable},
	} {
		for reads, worker := range workers {
			t.Run(name+"/"+reads, func(t *testing.T) {
				s := start(t, worker, func(config *Config) {
					config.Originals = objects{func() *store.Object {
						return &store.Object{Body: io.NopCloser(io.MultiReader(bytes.NewReader(c.body), failing{c.end})), Size: c.size, ETag: `"x"`}
					}}
					config.Limits.Bytes = size + 500
				})
				response, body := s.ask(t, "GET", "/rose.jpg/-/w=20")
				refused(t, response, body, c.want)
				if object, _ := s.stored(t, "rose.jpg/-/w=20"); object != nil {
					t.Error("something is stored")
				}
			})
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

var errReset = errors.New("internals: connection reset")

// full is a variants' store without room.
type full struct{}

func (full) Put(context.Context, string, store.Meta, []byte) error { return errors.New("disk full") }

func TestStoreFails(t *testing.T) {
	s := start(t, realWorker(t), func(c *Config) { c.Variants = full{} })
	response, body := s.ask(t, "GET", "/rose.jpg/-/w=20")
	if response.StatusCode != http.StatusOK || len(body) == 0 || response.Header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%s %v", response.Status, response.Header)
	}
	s.Close()
	if !strings.Contains(s.log.String(), "disk full") {
		t.Errorf("the log doesn't say why: %s", s.log)
	}
}

// after calls do when a variant was stored.
type after struct {
	store.Writer
	do func()
}

func (a after) Put(ctx context.Context, key string, meta store.Meta, body []byte) error {
	defer a.do()
	return a.Writer.Put(ctx, key, meta, body)
}

// TestReplaced changes the original while a variant is made of it: the viewer
// gets the variant, for a minute.
func TestReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		change func(path string) error
		cache  string
	}{
		"kept":     {func(string) error { return nil }, cacheGood},
		"replaced": {func(path string) error { return os.WriteFile(path, []byte("another"), 0o600) }, cacheUnkept},
		"gone":     {os.Remove, cacheUnkept},
		"unclear":  {func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, cacheUnkept},
	} {
		t.Run(name, func(t *testing.T) {
			var s *service
			s = start(t, realWorker(t), func(config *Config) {
				config.Variants = after{config.Variants, func() {
					if err := c.change(filepath.Join(s.folder, "rose.jpg")); err != nil {
						t.Error(err)
					}
				}}
			})
			response, body := s.ask(t, "GET", "/rose.jpg/-/w=20")
			if response.StatusCode != http.StatusOK || len(body) == 0 || response.Header.Get("Cache-Control") != c.cache {
				t.Errorf("%s, %d bytes, %v", response.Status, len(body), response.Header)
			}
			object, _ := s.stored(t, "rose.jpg/-/w=20")
			if object == nil || object.User[MetaSourceETag] == "" {
				t.Errorf("stored as %+v, and a purge could not tell of what", object)
			}
			s.Close()
			if warned := strings.Contains(s.log.String(), "variant may be outdated"); warned != (c.cache == cacheUnkept) {
				t.Errorf("the log says %s", s.log)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, code := range []problem.Code{problem.BrokenImage, problem.TooManyPixels, problem.TooExpensive, problem.WorkerFailed, problem.Overloaded, problem.Internal} {
		err := error(problem.New(code, "said in public").Because(errors.New("internals")))
		if code == problem.Internal {
			err = errors.New("internals")
		}
		s := start(t, workerFunc(func(context.Context, engine.Job, ...io.Reader) (engine.Variant, error) {
			return engine.Variant{}, err
		}), nil)
		response, body := s.ask(t, "GET", "/rose.jpg/-/w=20")
		refused(t, response, body, code)
		if object, _ := s.stored(t, "rose.jpg/-/w=20"); object != nil {
			t.Errorf("%s: something is stored", code)
		}
		s.Close()
		if !strings.Contains(s.log.String(), "internals") {
			t.Errorf("%s: the log lacks the cause: %s", code, s.log)
		}
	}
}

// TestViewerLeaves: nothing is kept of work that was given up.
func TestViewerLeaves(t *testing.T) {
	begun := make(chan struct{})
	s := start(t, workerFunc(func(ctx context.Context, _ engine.Job, _ ...io.Reader) (engine.Variant, error) {
		close(begun)
		<-ctx.Done()
		return engine.Variant{}, ctx.Err()
	}), nil)
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-begun; leave() }()
	request, err := http.NewRequestWithContext(ctx, "GET", s.URL+"/rose.jpg/-/w=20", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := s.Client().Do(request); err == nil {
		response.Body.Close()
		t.Error("the viewer who left got an answer")
	}
	s.Close() // waits for the handler
	if !strings.Contains(s.log.String(), `"level":"INFO","msg":"request"`) || !strings.Contains(s.log.String(), `"status":499`) {
		t.Errorf("the log takes it for a failure: %s", s.log)
	}
	if object, _ := s.stored(t, "rose.jpg/-/w=20"); object != nil {
		t.Error("something is stored")
	}
}

func TestBrokenImages(t *testing.T) {
	s := start(t, realWorker(t), nil)
	s.write(t, "cut.jpg", photo(t)[:9000])
	s.write(t, "text.jpg", []byte("no image at all"))
	s.write(t, "empty.jpg", nil)
	for path, code := range map[string]problem.Code{
		"/cut.jpg/-/w=20":   problem.BrokenImage,
		"/text.jpg/-/w=20":  problem.UnsupportedFormat,
		"/empty.jpg/-/w=20": problem.UnsupportedFormat,
	} {
		response, body := s.ask(t, "GET", path)
		refused(t, response, body, code)
	}
	if response, _ := s.ask(t, "GET", "/rose.jpg/-/w=20"); response.StatusCode != http.StatusOK {
		t.Errorf("after broken images: %s", response.Status)
	}
}

func TestRequests(t *testing.T) {
	s := start(t, noWorker, nil)
	for _, c := range []struct {
		path string
		code problem.Code
	}{
		{"/none.jpg/-/w=20", problem.NotFound},
		{"/none.jpg/-/original", problem.NotFound},
		{"/rose.jpg", problem.BadPath},
		{"/rose.jpg?w=20", problem.BadPath},
		{"/", problem.BadPath},
		{"/rose.jpg/-/w=9999", problem.BadOption},
		{"/rose.jpg/-/w=020", problem.BadOption},
		{"/rose%2Ejpg/-/w=20", problem.BadPath}, // not in normal form
		{"/x%2F..%2Frose.jpg/-/w=20", problem.BadPath},
		{"/" + strings.Repeat("k/", 600) + "k/-/w=20", problem.TooLong},
	} {
		response, body := s.ask(t, "GET", c.path)
		refused(t, response, body, c.code)
	}
	response, body := s.ask(t, "POST", "/rose.jpg/-/w=20")
	refused(t, response, body, problem.MethodNotAllowed)
	if response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow is %q", response.Header.Get("Allow"))
	}
	response, body = s.ask(t, "GET", "/rose.jpg/-/w=20", VariantHeader, "/rose.jpg/-/w=21")
	refused(t, response, body, problem.BadPath)
	if response, body := s.ask(t, "HEAD", "/none.jpg/-/w=20"); response.StatusCode != http.StatusNotFound || len(body) > 0 {
		t.Errorf("HEAD of nothing: %s %q", response.Status, body)
	}
}

// TestRawPath sends bytes that Go's client would have mended.
func TestRawPath(t *testing.T) {
	s := start(t, noWorker, nil)
	s.write(t, "café.jpg", photo(t))
	for target, want := range map[string]int{
		"/caf%C3%A9.jpg/-/original":                        http.StatusOK,
		"/caf%C3%A9.jpg/-/original?w=99999":                http.StatusOK,
		"http://primrose.test/caf%C3%A9.jpg/-/original?w=": http.StatusOK,
		"/caf%c3%a9.jpg/-/original":                        http.StatusBadRequest,
		"/café.jpg/-/original":                             http.StatusBadRequest,
	} {
		connection, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: primrose.test\r\nConnection: close\r\n\r\n", target)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		connection.Close()
		if err != nil || response.StatusCode != want {
			t.Errorf("GET %s: %v %v, want %d", target, response, err, want)
		}
	}
}

// Whatever a viewer asks for and a worker says, the log has a line of ours for it, and none of theirs.
func TestLogCannotBeForged(t *testing.T) {
	const forged = "x\n{\"msg\":\"request\",\"_aws\":{\"Timestamp\":1}}\u2028\r\n"
	liar := workerFunc(func(context.Context, engine.Job, ...io.Reader) (engine.Variant, error) {
		return engine.Variant{}, problem.New(problem.BrokenImage, "%s", forged).Because(errors.New(forged))
	})
	s := start(t, liar, nil)
	response, body := s.ask(t, "GET", "/rose.jpg/-/w=20")
	var answer struct{ Detail string }
	if err := json.Unmarshal(body, &answer); err != nil || answer.Detail != forged || response.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%s %q: %v", response.Status, body, err)
	}
	s.ask(t, "GET", "/%0A%7B%22msg%22:%22request%22%7D.jpg/-/w=20", "User-Agent", "\t"+forged[2:8])
	s.Close()
	lines := strings.Split(strings.TrimSuffix(s.log.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Errorf("%d lines of two requests:\n%s", len(lines), s.log)
	}
	for _, line := range lines {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["method"] != "GET" || fields["_aws"] != nil {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestLog(t *testing.T) {
	s := start(t, realWorker(t), func(c *Config) { c.Restarts = func() uint64 { return 7 } })
	_, body := s.ask(t, "GET", "/rose.jpg/-/fm=png,w=20")
	s.Close()
	var line map[string]any
	if err := json.Unmarshal(s.log.Bytes(), &line); err != nil {
		t.Fatalf("not one line: %v in %s", err, s.log)
	}
	for name, want := range map[string]any{
		"msg": "request", "method": "GET", "path": "/rose.jpg/-/fm=png,w=20", "status": 200.0, "format": "png",
		"bytesIn": float64(len(photo(t))), "bytesOut": float64(len(body)), "restarts": 7.0,
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	for _, stage := range []string{"fetchMs", "headerMs", "encodeMs", "storeMs", "totalMs"} {
		if duration, ok := line[stage].(float64); !ok || duration < 0 {
			t.Errorf("%s is %v", stage, line[stage])
		}
	}
}

// TestS3 is the whole image function over two buckets.
func TestS3(t *testing.T) {
	s3test.Setenv(t)
	client, err := store.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	originals := store.NewS3(client, s3test.Bucket(t))
	variants := store.NewS3(client, s3test.Bucket(t))
	const key = `it's "100%" 장미 🌹+.jpg`
	if err := originals.Put(t.Context(), key, store.Meta{ContentType: "text/html"}, photo(t)); err != nil {
		t.Fatal(err)
	}
	s := start(t, realWorker(t), func(c *Config) { c.Originals, c.Variants = originals, variants })
	s.variants = variants
	path := "/it%27s%20%22100%25%22%20%EC%9E%A5%EB%AF%B8%20%F0%9F%8C%B9%2B.jpg/-/"
	response, body := s.ask(t, "GET", path+"w=20")
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, body)
	}
	if object, kept := s.stored(t, key+"/-/w=20"); object == nil || !bytes.Equal(kept, body) || object.User[MetaETag] != response.Header.Get("ETag") {
		t.Errorf("stored as %+v", object)
	}
	if _, body := s.ask(t, "GET", path+"original"); !bytes.Equal(body, photo(t)) {
		t.Error("the original's bytes differ")
	}
	response, body = s.ask(t, "GET", "/none.jpg/-/w=20")
	refused(t, response, body, problem.NotFound)

	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	if client, err = store.NewClient(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = start(t, noWorker, func(c *Config) { c.Originals = store.NewS3(client, "internals") })
	response, body = s.ask(t, "GET", "/rose.jpg/-/w=20")
	refused(t, response, body, problem.StoreUnavailable)
}

func TestETag(t *testing.T) {
	parse := func(text string) options.Options {
		o, err := options.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	seen := map[string]bool{}
	for _, source := range [][]string{{`"a"`}, {`"b"`}, {`"a"`, `"b"`}, {`"b"`, `"a"`}} {
		for _, o := range []options.Options{{}, parse("w=20"), parse("w=21")} {
			tag := ETag(o, source)
			if len(tag) != 34 || seen[tag] || tag != ETag(o, source) {
				t.Errorf("ETag(%s, %s) = %s", source, o, tag)
			}
			seen[tag] = true
		}
	}
}

// noWorker is for requests that must not reach a worker.
var noWorker = workerFunc(func(context.Context, engine.Job, ...io.Reader) (engine.Variant, error) {
	return engine.Variant{}, errors.New("the worker was asked")
})
