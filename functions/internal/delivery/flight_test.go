package delivery

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
)

// held is a worker whose jobs begin by telling so and end when they are let go.
type held struct {
	begun chan context.Context // one value a job
	free  chan error           // how a job ends; nil: with a variant
}

func hold() held { return held{make(chan context.Context, 10), make(chan error)} }

func (h held) Do(ctx context.Context, job engine.Job, _ ...io.Reader) (engine.Variant, error) {
	h.begun <- ctx
	select {
	case err := <-h.free:
		return engine.Variant{Format: format.PNG, Body: []byte(job.Options)}, err
	case <-ctx.Done():
		return engine.Variant{}, context.Cause(ctx)
	}
}

// viewer is a request under way.
type viewer struct {
	leave    context.CancelFunc
	response chan *http.Response // nil if the viewer has left; the body is read
}

func (s *service) view(t *testing.T, method, path string, header ...string) viewer {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	v := viewer{leave, make(chan *http.Response, 1)}
	go func() {
		defer leave()
		response, err := s.Client().Do(request)
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			response.Body = io.NopCloser(bytes.NewReader(body))
		}
		v.response <- response
	}()
	return v
}

// await waits until as many viewers wait for the path's variant.
func (s *service) await(t *testing.T, path string, viewers int) {
	t.Helper()
	flights := &s.Config.Handler.(*Handler).flights
	waiting := func() int {
		flights.mu.Lock()
		defer flights.mu.Unlock()
		if f, ok := flights.open[path]; ok {
			return f.waiting
		}
		return 0
	}
	for give := time.Now().Add(10 * time.Second); waiting() != viewers; time.Sleep(time.Millisecond) {
		if time.Now().After(give) {
			t.Fatalf("%d viewers wait for %s, want %d", waiting(), path, viewers)
		}
	}
}

// answers sees that who asks after something bad gets what he asks for.
func (s *service) answers(t *testing.T, w held, after string) {
	t.Helper()
	late := s.view(t, "GET", path)
	s.await(t, path, 1)
	w.free <- nil
	if response := <-late.response; response.StatusCode != http.StatusOK {
		t.Errorf("after %s: %s", after, response.Status)
	}
}

const path = "/rose.jpg/-/w=20"

// TestShared: however many ask, a variant is made once, and each viewer's
// answer is to the request that he made.
func TestShared(t *testing.T) {
	w := hold()
	s := start(t, w, nil)
	var viewers []viewer
	for _, ask := range [][]string{{"GET"}, {"GET"}, {"HEAD"}, {"GET", "If-None-Match", `"other"`}, {"GET"}} {
		viewers = append(viewers, s.view(t, ask[0], path, ask[1:]...))
	}
	other := s.view(t, "GET", "/rose.jpg/-/w=21")
	s.await(t, path, len(viewers))
	s.await(t, "/rose.jpg/-/w=21", 1)
	w.free <- nil
	w.free <- nil
	for i, v := range append(viewers, other) {
		response := <-v.response
		body, _ := io.ReadAll(response.Body)
		want := strings.TrimPrefix(response.Request.URL.Path, "/rose.jpg/-/")
		if response.Request.Method == http.MethodHead {
			want = ""
		}
		if response.StatusCode != http.StatusOK || string(body) != want || response.ContentLength != 4 ||
			response.Header.Get("Cache-Control") != cacheGood || response.Header.Get("ETag") == "" {
			t.Errorf("viewer %d: %s %v %q", i, response.Status, response.Header, body)
		}
	}
	if jobs := s.jobs.Load(); jobs != 2 {
		t.Errorf("%d jobs for two variants", jobs)
	}
	s.Close()
	if shared := strings.Count(s.log.String(), `"shared":true`); shared != len(viewers)-1 {
		t.Errorf("%d lines of the log say that the work was another's: %s", shared, s.log)
	}
}

// TestSharedProblem: all are told, and who asks later is not.
func TestSharedProblem(t *testing.T) {
	w := hold()
	s := start(t, w, nil)
	viewers := []viewer{s.view(t, "GET", path), s.view(t, "GET", path)}
	s.await(t, path, 2)
	w.free <- problem.New(problem.BrokenImage, "cut off")
	for _, v := range viewers {
		response := <-v.response
		body, _ := io.ReadAll(response.Body)
		refused(t, response, body, problem.BrokenImage)
	}
	s.answers(t, w, "a problem")
}

// TestFirstViewerLeaves: the others get what he had asked for.
func TestFirstViewerLeaves(t *testing.T) {
	w := hold()
	s := start(t, w, nil)
	first := s.view(t, "GET", path)
	s.await(t, path, 1)
	second, third := s.view(t, "GET", path), s.view(t, "GET", path)
	s.await(t, path, 3)
	first.leave()
	third.leave()
	s.await(t, path, 1)
	w.free <- nil
	if response := <-second.response; response == nil || response.StatusCode != http.StatusOK {
		t.Errorf("the viewer who stayed gets %v", response)
	}
	if jobs := s.jobs.Load(); jobs != 1 {
		t.Errorf("%d jobs", jobs)
	}
	if object, _ := s.stored(t, "rose.jpg/-/w=20"); object == nil {
		t.Error("nothing is stored")
	}
}

// TestAllViewersLeave: nobody's work ends, however late, and takes no newcomer
// with it.
func TestAllViewersLeave(t *testing.T) {
	w, ended := hold(), make(chan struct{})
	s := start(t, workerFunc(func(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error) {
		variant, err := w.Do(ctx, job, originals...)
		if err != nil {
			<-ended
		}
		return variant, err
	}), nil)
	first := s.view(t, "GET", path)
	s.await(t, path, 1)
	second := s.view(t, "GET", path)
	s.await(t, path, 2)
	first.leave()
	second.leave()
	<-(<-w.begun).Done()
	late := s.view(t, "GET", path)
	<-w.begun
	close(ended)
	w.free <- nil
	if response := <-late.response; response == nil || response.StatusCode != http.StatusOK {
		t.Errorf("who came later gets %v", response)
	}
}

// shelf has everybody wait who stores.
type shelf struct {
	store.Writer
	asked, pass chan struct{}
	done        chan error
}

func (s shelf) Put(ctx context.Context, key string, meta store.Meta, body []byte) error {
	s.asked <- struct{}{}
	<-s.pass
	err := s.Writer.Put(ctx, key, meta, body)
	s.done <- err
	return err
}

// TestAllViewersLeaveAtTheEnd: what is made is stored for who comes next.
func TestAllViewersLeaveAtTheEnd(t *testing.T) {
	w := hold()
	b := shelf{asked: make(chan struct{}), pass: make(chan struct{}), done: make(chan error)}
	s := start(t, w, func(c *Config) {
		b.Writer = c.Variants
		c.Variants = b
	})
	only := s.view(t, "GET", path)
	w.free <- nil
	<-b.asked
	only.leave()
	s.await(t, path, 0)
	b.pass <- struct{}{}
	if err := <-b.done; err != nil {
		t.Errorf("what was made is not stored: %v", err)
	}
}

// gate has everybody wait who asks for an original's ETag.
type gate struct {
	store.Source
	asked, pass chan struct{}
}

func (g gate) ETag(ctx context.Context, key string) (string, error) {
	g.asked <- struct{}{}
	<-g.pass
	return g.Source.ETag(ctx, key)
}

// TestSharedReplaced: of an original that was replaced, all viewers have the
// variant for a minute. Who asks when it is being looked at again, and may know
// of the new one, waits for none of the old.
func TestSharedReplaced(t *testing.T) {
	w := hold()
	g := gate{asked: make(chan struct{}), pass: make(chan struct{})}
	s := start(t, w, func(c *Config) {
		g.Source = c.Originals
		c.Originals = g
	})
	early := []viewer{s.view(t, "GET", path), s.view(t, "GET", path)}
	s.await(t, path, 2)
	w.free <- nil
	<-g.asked
	if err := os.WriteFile(filepath.Join(s.folder, "rose.jpg"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	late := s.view(t, "GET", path)
	s.await(t, path, 1)
	g.pass <- struct{}{}
	for _, v := range early {
		if response := <-v.response; response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != cacheUnkept {
			t.Errorf("of the old original: %s %v", response.Status, response.Header)
		}
	}
	w.free <- nil
	<-g.asked
	g.pass <- struct{}{}
	if response := <-late.response; response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != cacheGood {
		t.Errorf("of the new original: %s %v", response.Status, response.Header)
	}
}

// TestSharedPanic: a defect is told to all, and holds up nobody.
func TestSharedPanic(t *testing.T) {
	var once sync.Once
	w := hold()
	s := start(t, workerFunc(func(ctx context.Context, job engine.Job, originals ...io.Reader) (engine.Variant, error) {
		defer once.Do(func() { panic(http.ErrAbortHandler) })
		return w.Do(ctx, job, originals...)
	}), nil)
	first := s.view(t, "GET", path)
	s.await(t, path, 1)
	second := s.view(t, "GET", path)
	s.await(t, path, 2)
	w.free <- nil
	if response := <-first.response; response != nil {
		t.Errorf("a panic is answered by %s", response.Status)
	}
	response := <-second.response
	body, _ := io.ReadAll(response.Body)
	refused(t, response, body, problem.Internal)
	s.answers(t, w, "a panic")
}
