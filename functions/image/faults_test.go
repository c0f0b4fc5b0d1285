package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"primrose/functions/internal/faulttest"
	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/s3test"
)

// These tests make fail what the function depends on. Whatever happens, its
// viewer gets the right image or an error that is not cached for long, within
// the time that the edge waits; the bucket never holds a part of a variant; and
// once the fault is over, the next request is right without anybody's doing.

// The chain of times in infra/config/image.go, with a job's time made short.
const (
	jobDeadline = 3 * time.Second
	firstByte   = jobDeadline + 10*time.Second
)

// How answers may be cached.
const (
	good   = "public, max-age=86400, s-maxage=31536000, stale-while-revalidate=31536000"
	unkept = "public, max-age=60"
	short  = "public, max-age=5"
)

// The variants that are asked for: one before the fault, the other during it.
const (
	before = "/rose.jpg/-/fm=png,w=300"
	during = "/rose.jpg/-/fm=png,w=301"
)

// scene is a function whose S3 may fail: on the network, or by itself.
type scene struct {
	*deployment
	link *faulttest.Link
	gate *faulttest.Gate
}

// newScene deploys a function that has worked already, so that it has
// connections to lose.
func newScene(t *testing.T, env map[string]string) *scene {
	t.Helper()
	gate := faulttest.NewGate(t, s3test.Endpoint(t))
	link := faulttest.NewLink(t, gate.URL)
	s := &scene{deploy(t, map[string]string{deadlineName: strconv.Itoa(int(jobDeadline.Seconds()))}), link, gate}
	for name, value := range env {
		s.env[name] = value
	}
	s.env["AWS_ENDPOINT_URL_S3"] = link.URL
	s.put(t, "rose.jpg", grain(t))
	s.want(t, http.StatusOK, before)
	return s
}

// makeGrain makes a JPEG of 800×600 px and 290 kB: more than buffers hold.
var makeGrain = sync.OnceValues(func() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, 800, 600))
	copy(m.Pix, noise(len(m.Pix)))
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	return b.Bytes(), err
})

func grain(t *testing.T) []byte {
	t.Helper()
	file, err := makeGrain()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// ask sends a request and waits no longer than the edge does.
func (s *scene) ask(t *testing.T, path string) lambdatest.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), firstByte)
	defer cancel()
	result, err := s.Stream(ctx, requestEvent(t, "GET", path, nil))
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return result
}

// answers checks that a request is answered by an image or a problem.
func (s *scene) answers(t *testing.T, path string, status int, code, cache string) response {
	t.Helper()
	return s.check(t, s.ask(t, path), status, code, cache)
}

func (s *scene) check(t *testing.T, result lambdatest.Result, status int, code, cache string) response {
	t.Helper()
	if result.Error != nil {
		t.Fatalf("the invocation fails: %v", result.Error)
	}
	got := parseResponse(t, result)
	var p struct{ Code string }
	if status != http.StatusOK {
		if err := json.Unmarshal(got.Body, &p); err != nil {
			t.Errorf("%.300q is no problem: %v", got.Body, err)
		}
	}
	if got.Status != status || p.Code != code || got.Headers["Cache-Control"] != cache {
		t.Errorf("the answer is %d %s, %q; want %d %s, %q\n%s", got.Status, p.Code, got.Headers["Cache-Control"], status, code, cache, s.lines())
	}
	return got
}

func (s *scene) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// whole checks that the bucket holds all of each variant that it holds, and
// returns their paths.
func (s *scene) whole(t *testing.T) (paths []string) {
	t.Helper()
	keys, err := s.variants.Keys(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		paths = append(paths, "/"+key)
		if _, err := png.Decode(bytes.NewReader(s.stored(t, key))); err != nil {
			t.Errorf("the bucket holds a part of %s: %v", key, err)
		}
	}
	return paths
}

// keeps checks whether the variant that was asked for during the fault is
// stored; all others are whole in any case.
func (s *scene) keeps(t *testing.T, stored bool) {
	t.Helper()
	if held := s.whole(t); slices.Contains(held, during) != stored {
		t.Errorf("the bucket holds %q; should %s be stored: %v", held, during, stored)
	}
}

// recovers checks that the service is as if nothing had been.
func (s *scene) recovers(t *testing.T) response {
	t.Helper()
	got := s.answers(t, during, http.StatusOK, "", good)
	if m, err := png.Decode(bytes.NewReader(got.Body)); err != nil || m.Bounds().Dx() != 301 {
		t.Errorf("after the fault comes no PNG of 301 px: %v", err)
	}
	if stored := s.stored(t, strings.TrimPrefix(during, "/")); !bytes.Equal(stored, got.Body) {
		t.Errorf("%d bytes are stored, %d were sent", len(stored), len(got.Body))
	}
	s.keeps(t, true)
	return got
}

// broken has the gate's requests meet a fault.
func broken(f faulttest.Fault) func(*testing.T, *scene) func() {
	return func(_ *testing.T, s *scene) func() {
		s.gate.Break(f)
		return s.gate.Mend
	}
}

// poisoned gives the link a fault.
func poisoned(kind, stream string, attributes map[string]int) func(*testing.T, *scene) func() {
	return func(t *testing.T, s *scene) func() {
		return s.link.Poison(t, faulttest.Toxic{Type: kind, Stream: stream, Attributes: attributes})
	}
}

func cut(t *testing.T, s *scene) func() {
	s.link.Cut(t)
	return func() { s.link.Mend(t) }
}

// TestFaults has a viewer ask while a fault lasts, and again when it is over.
func TestFaults(t *testing.T) {
	const unavailable = "store_unavailable"
	slowDown := faulttest.Refuse(http.StatusServiceUnavailable, "SlowDown")
	room := make(chan struct{}, 4) // most of them wait
	var running sync.WaitGroup
	for name, fault := range map[string]struct {
		begin  func(*testing.T, *scene) (end func())
		status int
		code   string
		cache  string
		stored bool
	}{
		"latency":             {poisoned("latency", faulttest.Down, map[string]int{"latency": 200}), 200, "", good, true},
		"connections reset":   {poisoned("reset_peer", faulttest.Down, nil), 503, unavailable, short, false},
		"store down":          {cut, 503, unavailable, short, false},
		"store silent":        {poisoned("timeout", faulttest.Down, nil), 503, unavailable, short, false},
		"half an original":    {poisoned("limit_data", faulttest.Down, map[string]int{"bytes": 100_000}), 503, unavailable, short, false},
		"half a variant":      {poisoned("limit_data", faulttest.Up, map[string]int{"bytes": 50_000}), 200, "", unkept, false},
		"slow drip":           {poisoned("bandwidth", faulttest.Down, map[string]int{"rate": 20}), 503, unavailable, short, false},
		"slow down once":      {broken(faulttest.On("GET", faulttest.Times(2, slowDown))), 200, "", good, true},
		"slow down":           {broken(slowDown), 503, unavailable, short, false},
		"slow down writes":    {broken(faulttest.On("PUT", slowDown)), 200, "", unkept, false},
		"reads fail":          {broken(faulttest.On("GET", faulttest.Drop)), 503, unavailable, short, false},
		"writes fail":         {broken(faulttest.On("PUT", faulttest.Drop)), 200, "", unkept, false},
		"second look fails":   {broken(faulttest.On("HEAD", faulttest.Drop)), 200, "", unkept, true},
		"one read swallowed":  {broken(faulttest.On("GET", faulttest.Times(1, faulttest.Swallow))), 200, "", good, true},
		"one write swallowed": {broken(faulttest.On("PUT", faulttest.Times(1, faulttest.Swallow))), 200, "", good, true},
		"writes swallowed":    {broken(faulttest.On("PUT", faulttest.Swallow)), 200, "", unkept, false},
		"wrong bytes":         {broken(faulttest.On("GET", faulttest.Reading(faulttest.Flip(100_000)))), 503, unavailable, short, false},
		"wrong last byte":     {broken(faulttest.On("GET", faulttest.Reading(faulttest.Flip(int64(len(grain(t))-1))))), 503, unavailable, short, false},
		"wrong bytes written": {broken(faulttest.On("PUT", faulttest.Writing(faulttest.Flip(1000)))), 200, "", unkept, false},
	} {
		running.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			t.Run(name, func(t *testing.T) {
				s := newScene(t, nil)
				end := fault.begin(t, s)
				got := s.answers(t, during, fault.status, fault.code, fault.cache)
				s.keeps(t, fault.stored)
				end()
				right := s.recovers(t)
				if got.Status == http.StatusOK && !bytes.Equal(got.Body, right.Body) {
					t.Error("the image that was sent during the fault is another")
				}
			})
		})
	}
	running.Wait()
}

// An original as it is, whose bytes are wrong, never arrives whole.
func TestWrongOriginalIsNotSentWhole(t *testing.T) {
	s := newScene(t, nil)
	size := len(grain(t))
	for _, offset := range []int{100_000, size - 1} {
		s.gate.Break(faulttest.On("GET", faulttest.Reading(faulttest.Flip(int64(offset)))))
		result := s.ask(t, "/rose.jpg/-/original")
		if got := parseResponse(t, result); result.Error == nil || len(got.Body) >= size {
			t.Errorf("byte %d is wrong: %d of %d bytes arrive, %v", offset, len(got.Body), size, result.Error)
		}
		s.gate.Mend()
		if got := s.answers(t, "/rose.jpg/-/original", http.StatusOK, "", good); !bytes.Equal(got.Body, grain(t)) {
			t.Errorf("afterwards: %d bytes, want the original's %d", len(got.Body), size)
		}
	}
}

// half is where bodies get stuck on their way.
const half = 50_000

// held begins a request and returns once its body, read or written, is stuck
// after so many bytes.
func (s *scene) held(t *testing.T, method, path string, after int64) (hold *faulttest.Hold, result chan lambdatest.Result) {
	t.Helper()
	hold, result = faulttest.NewHold(after), make(chan lambdatest.Result, 1)
	direction := faulttest.Reading
	if method == "PUT" {
		direction = faulttest.Writing
	}
	s.gate.Break(faulttest.On(method, faulttest.Times(1, direction(hold.Body))))
	go func() { result <- s.ask(t, path) }()
	<-hold.Reached
	return hold, result
}

// Lambda freezes a function from one event to the next. What it was connected
// to does not wait for it.
func TestFrozen(t *testing.T) {
	freeze := func(t *testing.T, s *scene) {
		t.Helper()
		if err := s.Freeze(); err != nil {
			t.Fatal(err)
		}
	}
	thaw := func(t *testing.T, s *scene) {
		t.Helper()
		if err := s.Thaw(); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("between events", func(t *testing.T) {
		s := newScene(t, nil)
		freeze(t, s)
		cut(t, s)() // its idle connections
		thaw(t, s)
		s.recovers(t)
	})
	t.Run("within an event", func(t *testing.T) {
		s := newScene(t, nil)
		hold, result := s.held(t, "GET", during, half)
		freeze(t, s)
		close(hold.Release)
		thaw(t, s)
		s.check(t, <-result, http.StatusOK, "", good)
		s.recovers(t)
	})
	t.Run("while the store breaks off", func(t *testing.T) {
		s := newScene(t, nil)
		hold, result := s.held(t, "GET", during, half)
		freeze(t, s)
		cut(t, s)()
		close(hold.Release)
		thaw(t, s)
		s.check(t, <-result, http.StatusServiceUnavailable, "store_unavailable", short)
		s.keeps(t, false)
		s.recovers(t)
	})
	t.Run("past the deadline", func(t *testing.T) {
		s := newScene(t, map[string]string{deadlineName: "1"})
		hold, result := s.held(t, "GET", during, 1) // so that it can but wait
		freeze(t, s)
		time.Sleep(1100 * time.Millisecond)
		thaw(t, s)
		s.check(t, <-result, http.StatusServiceUnavailable, "store_unavailable", short)
		close(hold.Release)
		s.keeps(t, false)
		s.recovers(t)
	})
}

// What is killed costs the request that it was working on.
func TestKilled(t *testing.T) {
	t.Run("worker", func(t *testing.T) {
		s := newScene(t, nil)
		worker := onlyChild(t, s.Pid())
		hold, result := s.held(t, "GET", during, half)
		time.Sleep(300 * time.Millisecond) // the bytes are sent, and nobody tells when the worker has the job
		signal(t, worker, syscall.SIGKILL)
		s.check(t, <-result, http.StatusBadGateway, "worker_failed", short)
		close(hold.Release)
		s.keeps(t, false)
		s.recovers(t)
	})
	for name, at := range map[string]struct{ method, path string }{
		"function while it reads":   {"GET", during},
		"function while it writes":  {"PUT", during},
		"function while it answers": {"GET", "/rose.jpg/-/original"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			hold, result := s.held(t, at.method, at.path, half)
			if err := s.Crash(); err != nil {
				t.Fatal(err)
			}
			wantExit(t, <-result)
			close(hold.Release)
			s.whole(t) // what was sent before the death may arrive after it
			s.recovers(t)
		})
	}
}

// wantExit checks that the function has ended, which API Gateway answers by
// 502, or by breaking off an answer that has begun.
func wantExit(t *testing.T, result lambdatest.Result) {
	t.Helper()
	if result.Error == nil || result.Error.Type != "Runtime.ExitError" {
		t.Errorf("the function should have ended: %v, %.300q", result.Error, result.Body)
	}
}

// policy lets a user do all that the function does.
const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}]}`

// A function whose credentials are not valid any more ends, since it can't get
// others: Lambda starts it with new ones.
func TestCredentialsOfTheEnvironment(t *testing.T) {
	t.Run("unknown", func(t *testing.T) {
		account := s3test.NewAccount(t, policy)
		s := newScene(t, account.Env(t))
		account.Rotate(t)
		wantExit(t, s.ask(t, during))
		s.keeps(t, false)
		for name, value := range account.Env(t) {
			if name != "AWS_ENDPOINT_URL_S3" {
				s.env[name] = value
			}
		}
		s.recovers(t)
	})
	for name, fault := range map[string]faulttest.Fault{
		"expired":                 faulttest.Refuse(http.StatusBadRequest, "ExpiredToken"),
		"expired meanwhile":       faulttest.On("PUT", faulttest.Refuse(http.StatusBadRequest, "ExpiredToken")),
		"malformed by the server": faulttest.Refuse(http.StatusBadRequest, "InvalidToken"),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			s.gate.Break(fault)
			wantExit(t, s.ask(t, during))
			s.keeps(t, false)
			s.gate.Mend()
			s.recovers(t)
		})
	}
}

// Where credentials come from an endpoint, as in a container, they are fetched
// anew before they expire, and nobody notices.
func TestCredentialsOfAnEndpoint(t *testing.T) {
	account := s3test.NewAccount(t, policy)
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		env := account.Env(t)
		json.NewEncoder(w).Encode(map[string]string{
			"AccessKeyId": env["AWS_ACCESS_KEY_ID"], "SecretAccessKey": env["AWS_SECRET_ACCESS_KEY"],
			"Expiration": time.Now().Add(time.Minute).Format(time.RFC3339), // the SDK gets new ones five minutes ahead
		})
	}))
	t.Cleanup(endpoint.Close)
	s := newScene(t, map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.URL,
	})
	process := s.Pid()
	account.Rotate(t)
	s.recovers(t)
	if s.Pid() != process {
		t.Error("the function has ended")
	}
}
