package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"primrose/functions/internal/format"
	"primrose/functions/internal/lambdatest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/store"
	"primrose/functions/internal/vips"
)

// These tests run what is deployed: the bundle's files, in a box like
// Lambda's, under a host that speaks its Runtime API, over a real S3 server.

var unpacked = flag.String("bundle", "", "`folder` of an unpacked bundle to test, instead of one for this machine")

func TestMain(m *testing.M) { os.Exit(lambdatest.Main(m)) }

// bundle builds the function's asset for this machine.
var bundle = sync.OnceValues(func() (string, error) {
	if *unpacked != "" {
		return filepath.Join(*unpacked, "bootstrap"), nil
	}
	library, err := vips.Find()
	fonts, missing := vips.FindFonts()
	if err := errors.Join(err, missing); err != nil {
		return "", err
	}
	return lambdatest.Build(".", library, fonts)
})

// deployment is the function with its buckets.
type deployment struct {
	*lambdatest.Host
	originals, variants *store.S3
	env                 map[string]string // of the next process

	mu  sync.Mutex
	log []string
}

// workerMemory is what a stage lets a worker hold, in MiB, whose function has as
// much memory as [lambdatest.Memory]: all but 64 and one variant.
const workerMemory = "352"

func deploy(t testing.TB, extra map[string]string) *deployment {
	t.Helper()
	bootstrap, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	originals, variants := s3test.Bucket(t), s3test.Bucket(t)
	env := map[string]string{originalsName: originals, variantsName: variants, maxMemoryName: workerMemory}
	maps.Copy(env, s3test.Env(t))
	maps.Copy(env, extra)
	client := s3test.Client(t)
	d := &deployment{originals: store.NewS3(client, env[originalsName]), variants: store.NewS3(client, env[variantsName]), env: env}
	d.Host, err = lambdatest.New(lambdatest.Config{Name: t.Name(), Bootstrap: bootstrap, Env: env, Timeout: 30 * time.Second, Log: d.note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Stop()
		if files := d.Usage().Files; len(files) > 0 {
			t.Errorf("the function left %q in /tmp", files)
		}
	})
	return d
}

func (d *deployment) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, line)
}

func (d *deployment) put(t testing.TB, key string, body []byte) {
	t.Helper()
	if err := d.originals.Put(t.Context(), key, store.Meta{}, body); err != nil {
		t.Fatal(err)
	}
}

// response is what API Gateway would make of a streamed answer.
type response struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"-"`
}

// request sends what the REST API sends for a GET or HEAD.
func (d *deployment) request(t testing.TB, method, path string, header map[string]string) response {
	t.Helper()
	result, err := d.Stream(t.Context(), requestEvent(t, method, path, header))
	if err != nil {
		t.Fatal(err)
	}
	if result.Error != nil {
		t.Fatalf("%s %s: %v", method, path, result.Error)
	}
	return parseResponse(t, result)
}

func requestEvent(t testing.TB, method, path string, header map[string]string) []byte {
	t.Helper()
	event, err := lambdatest.Event(method, path, header)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func parseResponse(t testing.TB, result lambdatest.Result) response {
	t.Helper()
	var r response
	var err error
	if r.Body, err = lambdatest.Split(result.Body, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// operate runs an operation, invoked directly.
func (d *deployment) operate(t testing.TB, event string) lambdatest.Result {
	t.Helper()
	result, err := d.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// photo is a JPEG of 600×400 px, red on the left and blue on the right.
func photo(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for y := range 400 {
		for x := range 600 {
			m.Set(x, y, color.RGBA{R: uint8(255 * (599 - x) / 599), B: uint8(255 * x / 599), A: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBundle is what infra/bundle has an emulator do, with a bundle for another
// architecture.
func TestBundle(t *testing.T) {
	d := deploy(t, map[string]string{serviceName: "primrose-test"})
	if got := d.operate(t, `{"operation":"ping"}`); got.Error != nil || string(got.Body) != `"pong"` {
		t.Errorf("ping: %s, %v", got.Body, got.Error)
	}
	d.put(t, "rose.jpg", photo(t))
	got := d.request(t, "GET", "/rose.jpg/-/fm=webp,w=300", nil)
	if got.Status != 200 || format.Sniff(got.Body) != format.WebP {
		t.Fatalf("WebP: %d %v, %.300q", got.Status, got.Headers, got.Body)
	}
	d.put(t, "rose.webp", got.Body)
	var info struct{ Width, Height int }
	if got := d.request(t, "GET", "/rose.webp/-/fm=json", nil); json.Unmarshal(got.Body, &info) != nil || info.Width != 300 || info.Height != 200 {
		t.Errorf("the variant is %s, want 300×200 px", got.Body)
	}
	t.Logf("CloudWatch counts %v", d.metrics(t)) // of an emulator's jail, the caller knows what to expect
}

func TestVariants(t *testing.T) {
	d := deploy(t, nil)
	d.put(t, "a b/rose #1.jpg", photo(t))
	const path = "/a%20b/rose%20%231.jpg/-/fm=png,w=300"

	got := d.request(t, "GET", path, map[string]string{"x-primrose-variant": path})
	if got.Status != 200 || got.Headers["Content-Type"] != "image/png" || got.Headers["Content-Length"] != strconv.Itoa(len(got.Body)) {
		t.Fatalf("GET: %d %v, %d bytes", got.Status, got.Headers, len(got.Body))
	}
	m, err := png.Decode(bytes.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds() != image.Rect(0, 0, 300, 200) {
		t.Errorf("the variant is %v, want 300×200 px", m.Bounds())
	}
	if left, right := m.At(5, 100), m.At(294, 100); !reddish(left) || reddish(right) {
		t.Errorf("the variant is %v on the left and %v on the right", left, right)
	}
	if stored := d.stored(t, "a b/rose #1.jpg/-/fm=png,w=300"); !bytes.Equal(stored, got.Body) {
		t.Errorf("%d bytes are stored, %d were sent", len(stored), len(got.Body))
	}

	head := d.request(t, "HEAD", path, nil)
	if head.Status != 200 || len(head.Body) != 0 || head.Headers["Content-Length"] != got.Headers["Content-Length"] || head.Headers["Etag"] != got.Headers["Etag"] {
		t.Errorf("HEAD: %d %v, %d bytes", head.Status, head.Headers, len(head.Body))
	}
	known := d.request(t, "GET", path, map[string]string{"If-None-Match": got.Headers["Etag"]})
	if known.Status != 304 || len(known.Body) != 0 {
		t.Errorf("GET of what is known: %d, %d bytes", known.Status, len(known.Body))
	}
	d.wantJSONLog(t, 3)
}

// Text is drawn by the fonts in the bundle: a letter of theirs is wider than
// another, and boxes in the place of letters are not.
func TestText(t *testing.T) {
	d := deploy(t, map[string]string{jailName: "required"})
	d.put(t, "rose.jpg", photo(t))
	width := func(text string) (columns int) {
		got := d.request(t, "GET", "/rose.jpg/-/fm=png,txt="+base64.RawURLEncoding.EncodeToString([]byte(text))+",txt-color=ffffff,txt-size=40", nil)
		m, err := png.Decode(bytes.NewReader(got.Body))
		if err != nil {
			t.Fatalf("%q: %d %s", text, got.Status, got.Body)
		}
		for x := range 600 {
			white := false
			for y := range 400 {
				r, g, b, _ := m.At(x, y).RGBA()
				white = white || min(r, g, b) > 0xf000
			}
			if white {
				columns++
			}
		}
		return columns
	}
	if narrow, wide := width("iiii"), width("WWWW"); narrow == 0 || wide < 3*narrow {
		t.Errorf("iiii has %d columns, WWWW %d", narrow, wide)
	}
	if width("글") == 0 {
		t.Error("a Korean syllable is not drawn")
	}
}

// What is missing looks like the stage's fallback, streamed under its own status.
func TestFallback(t *testing.T) {
	d := deploy(t, map[string]string{fallbackName: "none/장미.jpg"})
	const path = "/gone.jpg/-/fm=png,w=300"
	if got := d.request(t, "GET", path, nil); got.Status != 404 || got.Headers["Content-Type"] != "application/problem+json" {
		t.Errorf("without the fallback itself: %d %v", got.Status, got.Headers)
	}
	d.put(t, "none/장미.jpg", photo(t))
	got := d.request(t, "GET", path, nil)
	if m, err := png.Decode(bytes.NewReader(got.Body)); got.Status != 404 || err != nil || m.Bounds() != image.Rect(0, 0, 300, 200) {
		t.Errorf("GET: %d %v, %v", got.Status, got.Headers, err)
	}
	if head := d.request(t, "HEAD", path, nil); head.Status != 404 || len(head.Body) != 0 || head.Headers["Content-Length"] != strconv.Itoa(len(got.Body)) {
		t.Errorf("HEAD: %d %v, %d bytes", head.Status, head.Headers, len(head.Body))
	}
	if whole := d.request(t, "GET", "/gone.jpg/-/original", nil); whole.Status != 404 || !bytes.Equal(whole.Body, photo(t)) {
		t.Errorf("without options: %d %v, %d bytes", whole.Status, whole.Headers, len(whole.Body))
	}
}

func reddish(c color.Color) bool {
	r, _, b, _ := c.RGBA()
	return r > 4*b
}

func (d *deployment) stored(t *testing.T, key string) []byte {
	t.Helper()
	object, err := d.variants.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// wantJSONLog checks that all lines are JSON, and counts those of requests,
// which say by their id which event they belong to.
func (d *deployment) wantJSONLog(t *testing.T, requests int) {
	t.Helper()
	d.Stop() // waits for the log's end
	for _, text := range d.log {
		var line struct{ Message, RequestID string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Errorf("the log has a line that is no JSON: %s", text)
		}
		if line.Message == "request" && line.RequestID != "" {
			requests--
		}
	}
	if requests != 0 {
		t.Errorf("the log lacks %d requests:\n%s", requests, strings.Join(d.log, "\n"))
	}
}

// An answer may be larger than what Lambda buffers.
func TestOriginalIsStreamed(t *testing.T) {
	d := deploy(t, nil)
	original := append(photo(t), noise(lambdatest.MaxBuffered)...)
	d.put(t, "large.jpg", original)
	got := d.request(t, "GET", "/large.jpg/-/original", nil)
	if got.Status != 200 || got.Headers["Content-Type"] != "image/jpeg" || !bytes.Equal(got.Body, original) {
		t.Errorf("%d %v, %d bytes; want the original's %d", got.Status, got.Headers, len(got.Body), len(original))
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

func TestRefusals(t *testing.T) {
	d := deploy(t, map[string]string{maxBytesName: "20000"})
	rose := photo(t)
	d.put(t, "rose.jpg", rose)
	d.put(t, "half.jpg", rose[:len(rose)/2])
	d.put(t, "page.jpg", []byte("<html><script>"))
	d.put(t, "limit.jpg", append(rose, make([]byte, 20000-len(rose))...))
	d.put(t, "past.jpg", append(rose, make([]byte, 20001-len(rose))...))
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"/missing.jpg/-/w=300":     {404, "not_found"},
		"/rose.jpg/-/w=0":          {400, "bad_option"},
		"/rose.jpg/-/w=300,fm=png": {400, "bad_option"}, // not sorted
		"/rose.jpg":                {400, "bad_path"},
		"/%zz.jpg/-/w=300":         {400, "bad_path"},
		"/half.jpg/-/w=300":        {422, "broken_image"},
		"/page.jpg/-/w=300":        {415, "unsupported_format"},
		"/page.jpg/-/original":     {415, "unsupported_format"},
		"/past.jpg/-/w=300":        {413, "original_too_large"},
		"/limit.jpg/-/w=300":       {200, ""},
	} {
		got := d.request(t, "GET", path, nil)
		var body struct{ Code, Detail string }
		if want.code != "" {
			if err := json.Unmarshal(got.Body, &body); err != nil || body.Detail == "" {
				t.Errorf("%s: body is %.200q", path, got.Body)
			}
		}
		if got.Status != want.status || body.Code != want.code || got.Headers["Content-Length"] != strconv.Itoa(len(got.Body)) {
			t.Errorf("%s: %d %v %+v, want %d %s", path, got.Status, got.Headers, body, want.status, want.code)
		}
	}
	got := d.request(t, "GET", "/rose.jpg/-/w=300", map[string]string{"x-primrose-variant": "/rose.jpg/-/w=301"})
	if got.Status != 400 {
		t.Errorf("a header of another variant: %d", got.Status)
	}
}

func TestOperations(t *testing.T) {
	d := deploy(t, nil)
	if got := d.operate(t, `{"operation":"ping"}`); got.Error != nil || string(got.Body) != `"pong"` {
		t.Errorf("ping: %s, %v", got.Body, got.Error)
	}
	var sample []byte
	if got := d.operate(t, `{"operation":"getSample"}`); got.Error != nil || json.Unmarshal(got.Body, &sample) != nil {
		t.Fatalf("getSample: %.100q, %v", got.Body, got.Error)
	}
	event := `{"operation":"getDimensions","base64Image":"` + base64.StdEncoding.EncodeToString(sample) + `"}`
	if got := d.operate(t, event); got.Error != nil || string(got.Body) != `"70x46\n"` {
		t.Errorf("getDimensions: %s, %v", got.Body, got.Error)
	}
	if got := d.operate(t, `{"operation":"explode"}`); got.Error == nil || got.Error.Message != `Unrecognized operation "explode"` {
		t.Errorf("an unknown operation: %s, %v", got.Body, got.Error)
	}

	for body, want := range map[string]response{
		`{"operation":"ping"}`:    {Status: 200, Body: []byte(`"pong"`)},
		`{"operation":"explode"}`: {Status: 400, Body: []byte("Unrecognized operation")},
	} {
		post, err := json.Marshal(map[string]any{"httpMethod": "POST", "path": "/", "body": body})
		if err != nil {
			t.Fatal(err)
		}
		result := d.operate(t, string(post))
		var got struct {
			StatusCode int
			Body       string
		}
		if err := json.Unmarshal(result.Body, &got); err != nil || got.StatusCode != want.Status || !strings.Contains(got.Body, string(want.Body)) {
			t.Errorf("POST %s: %s, %v", body, result.Body, result.Error)
		}
	}
}

// The process that parses images knows no secrets, is confined, and its death
// is no reason to lose a request.
func TestWorker(t *testing.T) {
	d := deploy(t, nil)
	d.put(t, "rose.jpg", photo(t))
	if got := d.request(t, "GET", "/rose.jpg/-/w=300", nil); got.Status != 200 {
		t.Fatalf("GET: %d %s", got.Status, got.Body)
	}
	function := d.Pid()
	worker := onlyChild(t, function)
	if environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", worker)); err == nil { // only Linux tells
		for variable := range strings.SplitSeq(strings.TrimSuffix(string(environ), "\x00"), "\x00") {
			if !strings.HasPrefix(variable, "MALLOC_") {
				t.Errorf("the worker's environment has %q", variable)
			}
		}
	}
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", worker)); err == nil {
		for _, line := range []string{"\nNoNewPrivs:\t1\n", "\nSeccomp:\t2\n"} {
			if !strings.Contains(string(status), line) {
				t.Errorf("the worker's status lacks %q:\n%s", line, status)
			}
		}
	}
	if err := syscall.Kill(worker, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := d.request(t, "GET", "/rose.jpg/-/w=300", nil)
		if got.Status != 200 && got.Status != 502 { // the one that was under way
			t.Errorf("GET after the worker's death: %d %s", got.Status, got.Body)
		}
	}
	if got := d.request(t, "GET", "/rose.jpg/-/w=300", nil); got.Status != 200 {
		t.Errorf("GET after the worker's death: %d %s", got.Status, got.Body)
	}
	if d.Pid() != function || onlyChild(t, function) == worker {
		t.Error("the function's process should have survived, and its worker not")
	}
}

// onlyChild returns the process that another has started.
func onlyChild(t *testing.T, parent int) int {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for line := range strings.Lines(string(out)) {
		var pid, ppid int
		if _, err := fmt.Sscan(line, &pid, &ppid); err == nil && ppid == parent {
			children = append(children, pid)
		}
	}
	if len(children) != 1 {
		t.Fatalf("process %d has the children %v, want one", parent, children)
	}
	return children[0]
}

// What takes too long is stopped in the middle of the codec.
func TestDeadline(t *testing.T) {
	d := deploy(t, map[string]string{deadlineName: "1"})
	d.put(t, "rose.jpg", photo(t))
	if got := d.request(t, "GET", "/rose.jpg/-/fit=scale,fm=webp,h=8192,w=8192", nil); got.Status != 422 || !bytes.Contains(got.Body, []byte("too long")) {
		t.Errorf("an expensive variant: %d %.300q", got.Status, got.Body)
	}
	if got := d.request(t, "GET", "/rose.jpg/-/w=300", nil); got.Status != 200 {
		t.Errorf("the next one: %d %s", got.Status, got.Body)
	}
}

func TestMisconfiguredFunctionSaysSo(t *testing.T) {
	d := deploy(t, map[string]string{originalsName: "", maxFramesName: "many"})
	got := d.operate(t, `{"operation":"ping"}`)
	if got.Error == nil || got.Error.Type != "Runtime.ExitError" {
		t.Errorf("outcome is %s, %v", got.Body, got.Error)
	}
	d.Stop() // waits for the log's end
	log := strings.Join(d.log, "\n")
	if !strings.Contains(log, originalsName) || !strings.Contains(log, maxFramesName) {
		t.Errorf("the log doesn't name what is wrong: %s", log)
	}
}

// BenchmarkColdStart measures from the process's start to the first variant.
func BenchmarkColdStart(b *testing.B) {
	d := deploy(b, nil)
	d.put(b, "rose.jpg", photo(b))
	for b.Loop() {
		d.request(b, "GET", "/rose.jpg/-/w=300", nil)
		b.StopTimer()
		d.Stop()
		b.StartTimer()
	}
}

// BenchmarkWarm measures a variant of a function that runs.
func BenchmarkWarm(b *testing.B) {
	d := deploy(b, nil)
	d.put(b, "rose.jpg", photo(b))
	for b.Loop() {
		d.request(b, "GET", "/rose.jpg/-/w=300", nil)
	}
}
