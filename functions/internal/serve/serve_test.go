package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"primrose/functions/edge"
	"primrose/functions/internal/delivery"
	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/operation"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/signature"
	"primrose/functions/internal/store"
	"primrose/functions/internal/worker"
)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// running is the whole service over a folder, listening.
type running struct {
	url    string
	folder string
	stop   func() error
}

func start(t *testing.T) *running {
	t.Helper()
	return startStage(t, edge.Stage{})
}

// stopped is a service that does not run yet, and its stores.
func stopped(t *testing.T) (*running, *store.Folder, *store.Disk) {
	t.Helper()
	l := &running{folder: t.TempDir()}
	originals, err := store.OpenFolder(l.folder)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := store.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return l, originals, variants
}

func startStage(t *testing.T, stage edge.Stage, keys ...signature.Key) *running {
	t.Helper()
	l, originals, variants := stopped(t)
	l.run(t, originals, variants, stage, keys...)
	return l
}

func (l *running) run(t *testing.T, originals store.Catalog, variants store.Store, stage edge.Stage, keys ...signature.Key) {
	t.Helper()
	function, err := edge.New(stage)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := worker.NewPool(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	drops := NewDrops(originals, engine.DefaultLimits)
	service := New(Config{
		Originals:  drops,
		Drops:      drops,
		Variants:   variants,
		Edge:       function,
		Images:     delivery.New(delivery.Config{Originals: drops, Variants: drops.Variants(variants), Worker: pool, Limits: engine.DefaultLimits, Log: log}),
		Operations: operation.Service{Worker: pool, Limits: engine.DefaultLimits},
		Keys:       keys,
		Place:      "<here>",
		Log:        log,
	})
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, listener, service, log) }()
	l.stop = func() error { cancel(); return <-ended }
	t.Cleanup(func() {
		cancel()
		pool.Close()
		if err := function.Close(); err != nil {
			t.Error(err)
		}
	})
}

// write makes an original that is newer than what it replaces.
func (l *running) write(t *testing.T, key string, body []byte) {
	t.Helper()
	name := filepath.Join(l.folder, key)
	later := time.Now()
	if info, err := os.Stat(name); err == nil {
		later = info.ModTime().Add(time.Second)
	}
	err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, body, 0o600), os.Chtimes(name, later, later))
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request whose headers are given as name, value, name, value….
func (l *running) ask(t *testing.T, method, path, body string, header ...string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, l.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, text
}

// file encodes a plain 64×48 picture.
func file(t *testing.T, f format.Format, c color.Color) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		picture.Set(i%64, i/64, c)
	}
	var out bytes.Buffer
	var err error
	if f == format.PNG {
		err = png.Encode(&out, picture)
	} else {
		err = jpeg.Encode(&out, picture, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestImage(t *testing.T) {
	l := start(t)
	l.write(t, "a b/rose.jpg", file(t, format.JPEG, color.White))
	const path = "/a%20b/rose.jpg?w=032&utm_source=x&fm=png&dl=a%20b"

	first, body := l.ask(t, "GET", path, "")
	picture, err := png.Decode(bytes.NewReader(body))
	if err != nil || picture.Bounds() != image.Rect(0, 0, 32, 24) {
		t.Fatalf("%s: no 32×24 PNG: %v", first.Status, err)
	}
	if got := first.Header.Get("X-Cache"); got != "Miss" {
		t.Errorf("first X-Cache is %q", got)
	}
	again, kept := l.ask(t, "GET", "/a%20b/rose.jpg?dl=a%20b&fm=png&w=32", "")
	if again.Header.Get("X-Cache") != "Hit from store" || !bytes.Equal(kept, body) {
		t.Errorf("again: %s %v", again.Status, again.Header)
	}
	for _, name := range []string{"ETag", "Content-Type", "Content-Length", "Content-Disposition", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Access-Control-Allow-Origin"} {
		if first.Header.Get(name) == "" || first.Header.Get(name) != again.Header.Get(name) {
			t.Errorf("%s is %q made and %q kept", name, first.Header.Get(name), again.Header.Get(name))
		}
	}
	if response, _ := l.ask(t, "GET", path, "", "If-None-Match", first.Header.Get("ETag")); response.StatusCode != http.StatusNotModified {
		t.Errorf("conditional: %s", response.Status)
	}
	if response, nothing := l.ask(t, "HEAD", path, ""); response.ContentLength != int64(len(body)) || len(nothing) > 0 {
		t.Errorf("HEAD: %s, length %d", response.Status, response.ContentLength)
	}
}

// TestReplacedOriginal: nobody has to restart or empty anything.
func TestReplacedOriginal(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	old, _ := l.ask(t, "GET", "/rose.jpg?fm=png", "")
	if got := old.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("a browser is told %q: it would go on showing what it has", got)
	}
	l.write(t, "rose.jpg", file(t, format.JPEG, color.Black))
	_, body := l.ask(t, "GET", "/rose.jpg?fm=png", "", "If-None-Match", old.Header.Get("ETag"))
	picture, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := picture.At(0, 0).RGBA(); r > 0x1000 {
		t.Error("the variant shows the old original")
	}
	if err := os.Remove(filepath.Join(l.folder, "rose.jpg")); err != nil {
		t.Fatal(err)
	}
	if response, _ := l.ask(t, "GET", "/rose.jpg?fm=png", ""); response.StatusCode != http.StatusNotFound {
		t.Errorf("of a removed original: %s", response.Status)
	}
}

// A watermark is an original, too: who replaces it sees that at once, and who
// asks for one that is missing is told which.
func TestReplacedMark(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	if response, body := l.ask(t, "GET", "/rose.jpg?mark=logo.jpg&fm=png", ""); response.StatusCode != http.StatusNotFound || !strings.Contains(string(body), "mark: ") {
		t.Errorf("without the mark: %s %s", response.Status, body)
	}
	for _, c := range []color.Gray{{0}, {128}} {
		l.write(t, "logo.jpg", file(t, format.JPEG, c))
		for range 2 { // made, then kept
			_, body := l.ask(t, "GET", "/rose.jpg?mark=/logo.jpg&mark-x=0&mark-y=0&fm=png", "")
			picture, err := png.Decode(bytes.NewReader(body))
			if err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if got := color.GrayModel.Convert(picture.At(0, 0)).(color.Gray); got.Y > c.Y+2 || got.Y+2 < c.Y {
				t.Errorf("under a mark of %v, the picture is %v", c, got)
			}
		}
	}
}

// unsound says behind the last byte that what it holds is wrong, as S3's client
// does.
type unsound struct{ store.Store }

func (u unsound) Get(ctx context.Context, key string) (*store.Object, error) {
	object, err := u.Store.Get(ctx, key)
	if err == nil {
		object.Size = 1 << 20
		object.Body = io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, object.Size)), iotest.ErrReader(errors.New("the checksum is wrong"))))
	}
	return object, err
}

// TestUnsoundVariant: nobody takes for whole what the store then says is wrong.
func TestUnsoundVariant(t *testing.T) {
	l, originals, variants := stopped(t)
	l.run(t, originals, unsound{variants}, edge.Stage{})
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	for _, cache := range []string{"Miss", "Hit from store"} {
		response, err := http.Get(l.url + "/rose.jpg?w=20")
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
		if got := response.Header.Get("X-Cache"); got != cache || (err == nil) != (cache == "Miss") {
			t.Errorf("%q, want %q: %v", got, cache, err)
		}
	}
}

func TestNegotiation(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	for range 2 { // made, then kept
		for accept, want := range map[string]string{
			"image/avif,image/webp,*/*": "image/avif",
			"image/webp,*/*":            "image/webp",
			"*/*":                       "image/jpeg",
		} {
			response, _ := l.ask(t, "GET", "/rose.jpg?w=32&auto=format", "", "Accept", accept)
			if response.Header.Get("Content-Type") != want || response.Header.Get("Vary") != "Accept" {
				t.Errorf("Accept: %s: %s %v", accept, response.Status, response.Header)
			}
		}
	}
	if response, _ := l.ask(t, "GET", "/rose.jpg?w=32", ""); response.Header.Get("Vary") != "" {
		t.Errorf("Vary is %q without auto=format", response.Header.Get("Vary"))
	}
}

// Texts that stand for a picture are the same whatever the viewer accepts, made
// or kept.
func TestTextsForAPicture(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	for query, want := range map[string]struct{ contentType, begin string }{
		"palette=css":             {"text/css", ".image-fg-1 { color:#ffffff"},
		"palette=css&prefix=rose": {"text/css", ".rose-fg-1 { color:#ffffff"},
		"palette=json&fm=avif":    {"application/json", `{"average_luminance":1,`},
		"fm=json&faces=1":         {"application/json", `{"format":"jpg",`},
		"fm=blurhash":             {"text/plain", "e"},
		"fm=thumbhash":            {"text/plain", "P"}, // opaque, and light
	} {
		for _, accept := range []string{"image/avif,*/*", "*/*", "*/*"} {
			response, body := l.ask(t, "GET", "/rose.jpg?auto=format&"+query, "", "Accept", accept)
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != want.contentType || !strings.HasPrefix(string(body), want.begin) {
				t.Errorf("%s: %s, %s, %q; want %s that begins with %q", query, response.Status, response.Header.Get("Content-Type"), body, want.contentType, want.begin)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	l.write(t, "text.jpg", []byte("<script>"))
	for _, c := range []struct {
		method, path string
		code         problem.Code
	}{
		{"GET", "/none.jpg?w=20", problem.NotFound},
		{"GET", "/rose.jpg?w=9999", problem.BadOption},
		{"GET", "//rose.jpg", problem.BadPath},
		{"GET", "/../rose.jpg", problem.BadPath},
		{"GET", "/rose.jpg/-/w=20", problem.NotFound}, // the key of an odd original
		{"GET", "/text.jpg", problem.UnsupportedFormat},
		{"GET", "/favicon.ico", problem.NotFound},
		{"POST", "/rose.jpg", problem.MethodNotAllowed},
		{"DELETE", "/", problem.MethodNotAllowed},
	} {
		response, body := l.ask(t, c.method, c.path, "")
		var p struct{ Code problem.Code }
		if err := json.Unmarshal(body, &p); err != nil || p.Code != c.code || response.Header.Get("Cache-Control") != "public, max-age=5" {
			t.Errorf("%s %s: %s %s, want %s", c.method, c.path, response.Status, body, c.code)
		}
	}
}

func TestOperation(t *testing.T) {
	l := start(t)
	response, body := l.ask(t, "POST", "/", `{"operation":"ping"}`)
	if string(body) != `"pong"` || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s", response.Status, body)
	}
	for event, want := range map[string]int{
		`{"operation":"none"}`:           http.StatusBadRequest,
		"":                               http.StatusBadRequest,
		"{":                              http.StatusBadRequest,
		"\x00":                           http.StatusBadRequest,
		`{"operation":"ping"}{}`:         http.StatusBadRequest,
		strings.Repeat("x", maxBody-2):   http.StatusBadRequest, // it is read, and no event
		strings.Repeat("x", maxBody-1):   http.StatusRequestEntityTooLarge,
		strings.Repeat("x", maxBody+1):   http.StatusRequestEntityTooLarge,
		strings.Repeat(`"`, maxBody/2-1): http.StatusBadRequest, // with each quote escaped
		strings.Repeat(`"`, maxBody/2):   http.StatusRequestEntityTooLarge,
	} {
		if response, body := l.ask(t, "POST", "/", event); response.StatusCode != want {
			t.Errorf("%.40q: %s %s, want %d", event, response.Status, body, want)
		}
	}
}

// TestGuard: what a web page of somebody else's may not do.
func TestGuard(t *testing.T) {
	l := start(t)
	if response, _ := l.ask(t, "POST", "/", `{}`, "Sec-Fetch-Site", "cross-site"); response.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign page posts: %s", response.Status)
	}
	for path, want := range map[string]int{"/": 200, "/originals/": 403, "/changes/": 403, "/none.jpg": 404} {
		for _, site := range []string{"cross-site", "same-site"} { // the latter is another port
			if response, _ := l.ask(t, "GET", path, "", "Sec-Fetch-Site", site); response.StatusCode != want {
				t.Errorf("a foreign page asks for %s: %s, want %d", path, response.Status, want)
			}
		}
	}
	for host, want := range map[string]int{"rebound.example": 400, "127.0.0.1.example:8080": 400, "localhost:8080": 200, "images.localhost": 200, "evil.localhost.example": 400, "evillocalhost": 400, "[::1]:8080": 200} {
		if response, _ := l.ask(t, "GET", "/", "", "Host", host); response.StatusCode != want {
			t.Errorf("Host: %s: %s, want %d", host, response.Status, want)
		}
	}
}

// TestPage: the page is what its own policy lets run, and names nothing of the
// originals by itself.
func TestPage(t *testing.T) {
	l := start(t)
	response, body := l.ask(t, "GET", "/?image=rose.jpg&w=300", "")
	page := string(body)
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'sha256-") {
		t.Fatalf("%s %v", response.Status, response.Header)
	}
	if !strings.Contains(page, `"place":"\u003chere>","signed":false,"trusted":true`) {
		t.Errorf("the page is told something else:\n%s", page[strings.Index(page, `id="settings"`):][:200])
	}
	if response, body := l.ask(t, "HEAD", "/", ""); response.ContentLength != int64(len(page)) || len(body) > 0 {
		t.Errorf("HEAD of the page: length %d", response.ContentLength)
	}
	if response, _ := l.ask(t, "GET", "/", "", "If-None-Match", response.Header.Get("ETag")); response.StatusCode != http.StatusNotModified {
		t.Errorf("the page once more: %s", response.Status)
	}
}

// listing is what the page is told of originals.
type listing struct {
	Originals []original
	Next      string
}

func (l *running) list(t *testing.T, after string) (all listing) {
	t.Helper()
	response, body := l.ask(t, "GET", "/originals/?after="+url.QueryEscape(after), "")
	if err := json.Unmarshal(body, &all); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", response.Status, body)
	}
	return all
}

// TestOriginals lists hostile names, and asks for every thumbnail.
func TestOriginals(t *testing.T) {
	l := start(t)
	if _, body := l.ask(t, "GET", "/originals/", ""); string(body) != `{"originals":[]}` {
		t.Errorf("without originals: %s", body)
	}
	names := []string{
		"rose.jpg", `"><script>alert(1)</script>.jpg`, "' onerror='alert(1).jpg", "javascript:alert(1).jpg", "a, b 2x.jpg", "100%25 #?&+.jpg", "장미 🌹.jpg", "$(id)`id`.jpg",
	}
	for _, name := range names {
		l.write(t, filepath.Join("dir", name), file(t, format.JPEG, color.White))
	}
	l.write(t, "notes.txt", []byte("no image"))
	l.write(t, "bad\xff.jpg", file(t, format.JPEG, color.White)) // can't be asked for
	all := l.list(t, "").Originals
	if len(all) != len(names) {
		t.Errorf("%d originals, want %d", len(all), len(names))
	}
	for _, o := range all {
		if !slices.Contains(names, strings.TrimPrefix(o.Key, "dir/")) {
			t.Errorf("nobody wrote %q", o.Key)
		}
		if response, body := l.ask(t, "GET", o.Thumbnail, "", "Accept", "image/webp"); response.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %s %s", o.Thumbnail, response.Status, body)
		}
	}
}

// TestPages: all originals are listed once, some at a time.
func TestPages(t *testing.T) {
	l := start(t)
	for i := range listed + 20 {
		l.write(t, fmt.Sprintf("%03d.jpg", i), nil)
	}
	first := l.list(t, "")
	second := l.list(t, first.Next)
	if len(first.Originals) != listed || first.Next != "099.jpg" || len(second.Originals) != 20 || second.Originals[0].Key != "100.jpg" || second.Next != "" {
		t.Errorf("%d, then after %q %d, then after %q", len(first.Originals), first.Next, len(second.Originals), second.Next)
	}
}

// drop drops a file onto the page.
func (l *running) drop(t *testing.T, name string, body []byte, header ...string) (o original, status int) {
	t.Helper()
	response, answer := l.ask(t, "POST", "/originals/?name="+url.QueryEscape(name), string(body), header...)
	if err := json.Unmarshal(answer, &o); err != nil && response.StatusCode == http.StatusOK {
		t.Fatalf("%s %s", response.Status, answer)
	}
	return o, response.StatusCode
}

// TestDrop: what is dropped can be asked for as any original, and none of it is
// written among the user's own.
func TestDrop(t *testing.T) {
	l := start(t)
	rose := file(t, format.JPEG, color.White)
	for name, end := range map[string]string{
		"rose.jpg": "/rose.jpg", `C:\Users\me\장미 #1.jpg`: "/장미 #1.jpg", "../../etc/passwd": "/passwd", "..": "/image", "": "/image", "a\x00b": "/image",
	} {
		o, status := l.drop(t, name, rose)
		if status != http.StatusOK || !strings.HasPrefix(o.Key, "dropped/") || !strings.HasSuffix(o.Key, end) {
			t.Fatalf("%q is kept as %q, %d", name, o.Key, status)
		}
		for range 2 { // none is stored
			response, body := l.ask(t, "GET", o.Thumbnail, "")
			if cache := response.Header.Get("X-Cache"); response.StatusCode != http.StatusOK || format.Sniff(body) != format.JPEG || cache != "Miss" {
				t.Errorf("%s: %s, %s", o.Thumbnail, response.Status, cache)
			}
		}
	}
	if again, _ := l.drop(t, "rose.jpg", rose); l.list(t, "").Originals[0] != again || len(l.list(t, "").Originals) != 4 {
		t.Errorf("dropped again, the list is %v", l.list(t, ""))
	}
	if files, err := os.ReadDir(l.folder); err != nil || len(files) > 0 {
		t.Errorf("the originals' folder holds %v, %v", files, err)
	}
	if _, status := l.drop(t, "page.jpg", []byte("<script>")); status != http.StatusUnsupportedMediaType {
		t.Errorf("a script is answered %d", status)
	}
	if _, status := l.drop(t, "rose.jpg", rose, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("a foreign page is answered %d", status)
	}
}

// Nor is what is made of another original with a dropped one upon it.
func TestDroppedMark(t *testing.T) {
	l := start(t)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	mark, _ := l.drop(t, "mark.png", file(t, format.PNG, color.Black))
	for range 2 {
		response, _ := l.ask(t, "GET", "/rose.jpg?w=20&mark="+url.QueryEscape(mark.Key), "")
		if cache := response.Header.Get("X-Cache"); response.StatusCode != http.StatusOK || cache != "Miss" {
			t.Errorf("with a dropped mark: %s, %s", response.Status, cache)
		}
	}
}

// TestDropsLimits: a file that is too large is refused, and of many the latest
// stay.
func TestDropsLimits(t *testing.T) {
	limits := engine.DefaultLimits
	limits.Bytes = 2000
	drops := NewDrops(nil, limits)
	drops.room = 3 * int(limits.Bytes)
	if _, err := drops.Add("a.jpg", io.LimitReader(rand.Reader, limits.Bytes+1)); problem.Of(err).Code != problem.OriginalTooLarge {
		t.Errorf("one byte too many: %v", err)
	}
	for _, name := range []string{"a.jpg", "b.jpg", "c.jpg", "d.jpg"} {
		body := append(file(t, format.JPEG, color.White), make([]byte, limits.Bytes)...)
		if _, err := drops.Add(name, bytes.NewReader(body[:limits.Bytes])); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, key := range drops.Dropped() {
		names = append(names, path.Base(key))
	}
	if got := strings.Join(names, " "); got != "d.jpg c.jpg b.jpg" {
		t.Errorf("%s are left", got)
	}
	drops.room = maxDropped
	rose := file(t, format.PNG, color.White)
	for i := range maxDrops + 1 {
		if _, err := drops.Add("e.png", bytes.NewReader(append(rose, byte(i), byte(i>>8)))); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(drops.Dropped()); got != maxDrops {
		t.Errorf("%d are kept", got)
	}
}

// TestSigned is a stage that wants signatures and has a ladder.
func TestSigned(t *testing.T) {
	key := signature.Key{ID: "2026a", Secret: strings.Repeat("a", 43)}
	l := startStage(t, edge.Stage{
		Keys:   []string{"2026a"},
		Widths: options.Ladder{16, 32},
		Store:  func(name string) (string, bool) { return key.Secret, name == "key.2026a" },
	}, key)
	l.write(t, "rose.jpg", file(t, format.JPEG, color.White))
	if response, body := l.ask(t, "GET", "/rose.jpg?w=20&fm=png", ""); response.StatusCode != http.StatusForbidden || !bytes.Contains(body, []byte("bad_signature")) {
		t.Errorf("unsigned: %s %s", response.Status, body)
	}
	signed, err := key.Sign("/rose.jpg?w=20&fm=png", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	_, body := l.ask(t, "GET", signed, "")
	if picture, err := png.Decode(bytes.NewReader(body)); err != nil || picture.Bounds().Dx() != 32 {
		t.Errorf("signed, on a ladder: no PNG 32 px wide: %v, %s", err, body)
	}
	if response, body := l.ask(t, "GET", l.list(t, "").Originals[0].Thumbnail, ""); response.StatusCode != http.StatusOK {
		t.Errorf("the thumbnail: %s %s", response.Status, body)
	}
	later := time.Now().Add(time.Hour).Unix()
	for event, want := range map[string]int{
		`{"url":"/rose.jpg?w=20"}`:                                      http.StatusOK,
		fmt.Sprintf(`{"url":"/rose.jpg","expires":%d}`, later):          http.StatusOK,
		`{"url":"/rose.jpg","expires":1}`:                               http.StatusForbidden,
		`{"url":"/rose.jpg?s=x"}`:                                       http.StatusBadRequest,
		`{"url":"https://example.org/rose.jpg"}`:                        http.StatusBadRequest,
		`rose.jpg`:                                                      http.StatusBadRequest,
		`{"url":"/rose.jpg","expires":` + strings.Repeat("9", 18) + `}`: http.StatusBadRequest,
	} {
		response, body := l.ask(t, "POST", "/signed/", event)
		var answer struct{ URL string }
		if err := json.Unmarshal(body, &answer); err == nil && response.StatusCode == http.StatusOK {
			response, body = l.ask(t, "GET", answer.URL, "")
		}
		if response.StatusCode != want {
			t.Errorf("%s: %s %s", event, response.Status, body)
		}
	}
	if response, _ := l.ask(t, "POST", "/signed/", `{"url":"/rose.jpg"}`, "Origin", "http://evil.example"); response.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign page has a URL signed: %s", response.Status)
	}
}

// Only this machine, by a name of its own, has files kept and URLs signed.
func TestTrusted(t *testing.T) {
	for _, c := range []struct {
		remote, host, proxied string
		want                  bool
	}{
		{"127.0.0.1:1234", "127.0.0.1:8080", "", true},
		{"[::1]:1234", "localhost", "", true},
		{"192.0.2.7:1234", "127.0.0.1:8080", "", false},
		{"127.0.0.1:1234", "rebound.example", "", false},
		{"127.0.0.1:1234", "127.0.0.1:8080", "X-Forwarded-For", false},
		{"127.0.0.1:1234", "127.0.0.1:8080", "Via", false},
		{"", "localhost", "", false},
	} {
		r := httptest.NewRequest("POST", "/signed/", strings.NewReader(`{"url":"/rose.jpg"}`))
		r.RemoteAddr, r.Host = c.remote, c.host
		if c.proxied != "" {
			r.Header.Set(c.proxied, "192.0.2.7")
		}
		w := httptest.NewRecorder()
		service := New(Config{Keys: []signature.Key{{ID: "2026a", Secret: strings.Repeat("a", 43)}}})
		service.ServeHTTP(w, r)
		if got := w.Code == http.StatusOK; got != c.want {
			t.Errorf("from %s as %s: %d %s", c.remote, c.host, w.Code, w.Body)
		}
		for _, o := range service.shown([]string{"rose.jpg"}, trusted(r)) {
			if strings.Contains(o.Thumbnail, "&s=") != c.want {
				t.Errorf("from %s as %s, the thumbnail is %s", c.remote, c.host, o.Thumbnail)
			}
		}
	}
}

// TestBuckets is the whole service over two buckets.
func TestBuckets(t *testing.T) {
	s3test.Setenv(t)
	client, err := store.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	originals := store.NewS3(client, s3test.Bucket(t))
	if err := originals.Put(t.Context(), "a+b c.jpg", store.Meta{}, file(t, format.JPEG, color.White)); err != nil {
		t.Fatal(err)
	}
	var l running
	l.run(t, originals, store.NewS3(client, s3test.Bucket(t)), edge.Stage{})
	for _, want := range []string{"Miss", "Hit from store"} {
		if response, body := l.ask(t, "GET", "/a+b%20c.jpg?w=32", ""); response.StatusCode != http.StatusOK || response.Header.Get("X-Cache") != want {
			t.Errorf("%s %s %s, want %s", response.Status, response.Header.Get("X-Cache"), body, want)
		}
	}
	if all := l.list(t, "").Originals; len(all) != 1 || !strings.HasPrefix(all[0].Thumbnail, "/a%2Bb%20c.jpg?w=") {
		t.Errorf("the originals are %v", all)
	}
}

func TestStop(t *testing.T) {
	l := start(t)
	l.ask(t, "GET", "/", "")
	if err := l.stop(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	if response, err := http.Get(l.url); err == nil {
		response.Body.Close()
		t.Error("it still answers")
	}
}

func TestPortTaken(t *testing.T) {
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if _, err := Listen(listener.Addr().String()); err == nil || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("Listen on a taken port = %v", err)
	}
}
