package delivery

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/format"
	"primrose/functions/internal/options"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/store"
	"primrose/functions/internal/variant"
)

// layered is the path of the photo under three others.
func layered(t *testing.T) string {
	t.Helper()
	o, err := options.FromQuery("mark=mark.png&mask=mask.png&blend=blend.png&fm=png&w=20", "")
	if err != nil {
		t.Fatal(err)
	}
	v, err := variant.New("rose.jpg", o)
	if err != nil {
		t.Fatal(err)
	}
	return v.Path()
}

// collage is a worker that makes text of all originals.
var collage = workerFunc(func(_ context.Context, _ engine.Job, originals ...io.Reader) (engine.Variant, error) {
	var all []byte
	for _, original := range originals {
		part, err := io.ReadAll(original)
		if err != nil {
			return engine.Variant{}, err
		}
		all = append(all, part...)
	}
	return engine.Variant{Format: format.PNG, Body: all}, nil
})

func startLayered(t *testing.T, worker Worker, change func(*Config)) *service {
	t.Helper()
	s := start(t, worker, change)
	s.write(t, "rose.jpg", []byte("rose "))
	for _, name := range []string{"blend", "mask", "mark"} {
		s.write(t, name+".png", []byte(name+" "))
	}
	return s
}

// TestLayers: a variant is made of all originals that it names, and counts as
// another once one of them is replaced.
func TestLayers(t *testing.T) {
	s := startLayered(t, collage, nil)
	path := layered(t)
	first, body := s.ask(t, "GET", path)
	if first.StatusCode != http.StatusOK || string(body) != "rose blend mask mark " {
		t.Fatalf("%s: %q", first.Status, body)
	}
	var tags []string
	for _, key := range []string{"rose.jpg", "blend.png", "mask.png", "mark.png"} {
		tags = append(tags, variant.Tag(key))
	}
	object, _ := s.stored(t, strings.TrimPrefix(path, "/"))
	if got, want := object.User[MetaCacheTag], strings.Join(tags, ","); got != want || first.Header.Get("X-Amz-Meta-Cache-Tag") != want {
		t.Errorf("the tags are %s, want %s", got, want)
	}
	if strings.Count(object.User[MetaSourceETag], ",") != len(tags)-1 {
		t.Errorf("the sources' ETags are %s", object.User[MetaSourceETag])
	}
	etag := first.Header.Get("ETag")
	for _, name := range []string{"rose.jpg", "blend.png", "mask.png", "mark.png"} {
		if same, _ := s.ask(t, "GET", path, "If-None-Match", etag); same.StatusCode != http.StatusNotModified {
			t.Errorf("nothing changed: %s", same.Status)
		}
		s.write(t, name, []byte("another"+name))
		changed, _ := s.ask(t, "GET", path, "If-None-Match", etag)
		if changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == etag {
			t.Errorf("%s was replaced: %s, %s", name, changed.Status, changed.Header.Get("ETag"))
		}
		etag = changed.Header.Get("ETag")
	}
}

// A layer that can't be had is told by the option that names it.
func TestMissingLayer(t *testing.T) {
	for _, name := range []string{"blend", "mask", "mark"} {
		s := startLayered(t, noWorker, nil)
		if err := os.Remove(filepath.Join(s.folder, name+".png")); err != nil {
			t.Fatal(err)
		}
		response, body := s.ask(t, "GET", layered(t))
		refused(t, response, body, problem.NotFound)
		if want := name + `: there is no original \"` + name + `.png\"`; !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s is missing: %s, want %s", name, body, want)
		}
	}
	s := startLayered(t, noWorker, func(c *Config) { c.Limits.Bytes = 100 })
	s.write(t, "mark.png", make([]byte, 101))
	response, body := s.ask(t, "GET", layered(t))
	refused(t, response, body, problem.OriginalTooLarge)
	if !bytes.Contains(body, []byte("mark: ")) {
		t.Errorf("the mark is too large: %s", body)
	}
}

// Each original has the limit for itself, and the log counts them together.
func TestLimitOfEachLayer(t *testing.T) {
	s := startLayered(t, collage, func(c *Config) { c.Limits.Bytes = 6 })
	response, body := s.ask(t, "GET", layered(t))
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, body)
	}
	s.Close()
	if !strings.Contains(s.log.String(), `"bytesIn":21,`) {
		t.Errorf("the log says %s, want 21 bytes in", s.log)
	}
}

// TestReplacedLayer changes a layer while a variant is made with it.
func TestReplacedLayer(t *testing.T) {
	for _, name := range []string{"blend", "mask", "mark"} {
		var s *service
		s = startLayered(t, collage, func(config *Config) {
			config.Variants = after{config.Variants, func() { s.write(t, name+".png", []byte("another")) }}
		})
		response, _ := s.ask(t, "GET", layered(t))
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != cacheUnkept {
			t.Errorf("%s was replaced: %s, %s", name, response.Status, response.Header.Get("Cache-Control"))
		}
	}
}

// lacking has one object that can't be had.
type lacking struct {
	store.Source
	fail string // its key
}

func (c lacking) Get(ctx context.Context, key string) (*store.Object, error) {
	if key == c.fail {
		return nil, errors.New("no network")
	}
	return c.Source.Get(ctx, key)
}

// A layer whose store fails leaves nothing open of the others.
func TestFailingLayer(t *testing.T) {
	before := descriptors(t)
	for _, fail := range []string{"rose.jpg", "mark.png"} {
		s := startLayered(t, noWorker, func(c *Config) { c.Originals = lacking{Source: c.Originals, fail: fail} })
		for range 20 {
			response, body := s.ask(t, "GET", layered(t))
			refused(t, response, body, problem.Internal)
		}
		s.Close()
	}
	if after := descriptors(t); after > before+5 { // the server's own
		t.Errorf("%d descriptors became %d", before, after)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// puts notes what is stored, in this order.
type puts struct {
	store.Writer
	keys chan string
}

func (p puts) Put(ctx context.Context, key string, meta store.Meta, body []byte) error {
	p.keys <- key
	return p.Writer.Put(ctx, key, meta, body)
}

// TestNotes: before a variant is stored, its layers' purges can find it, and
// again if one was purged meanwhile.
func TestNotes(t *testing.T) {
	for _, replaced := range []string{"", "mark.png"} {
		var s *service
		stored := puts{keys: make(chan string, 10)}
		s = startLayered(t, collage, func(config *Config) {
			stored.Writer = after{config.Variants, func() {
				if replaced != "" {
					s.write(t, replaced, []byte("another"))
				}
			}}
			config.Variants = stored
		})
		path := layered(t)
		s.ask(t, "GET", path)
		s.Close()
		close(stored.keys)
		var about []string
		for key := range stored.keys {
			if noted, ok := variant.Noted(key); ok {
				key = "note of " + noted
			}
			about = append(about, key)
		}
		key := strings.TrimPrefix(path, "/")
		want := []string{"note of " + key, "note of " + key, "note of " + key, key}
		if replaced != "" {
			want = append(want, want[:3]...)
		}
		if !slices.Equal(about, want) {
			t.Errorf("with %q replaced, stored were %q, want %q", replaced, about, want)
		}
	}
}

// A variant that no purge could find is not stored.
func TestNoRoomForNotes(t *testing.T) {
	s := startLayered(t, collage, nil)
	folder := strings.Repeat("f", 200)
	key := folder + "/" + folder + "/" + folder + ".png"
	if err := os.MkdirAll(filepath.Join(s.folder, folder, folder), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write(t, key, []byte("far "))
	o, err := options.FromQuery("fm=png&mark="+key, "")
	if err != nil {
		t.Fatal(err)
	}
	v, err := variant.New("rose.jpg", o)
	if err != nil {
		t.Fatal(err)
	}
	response, body := s.ask(t, "GET", v.Path())
	if response.StatusCode != http.StatusOK || string(body) != "rose far " || response.Header.Get("Cache-Control") != cacheGood {
		t.Errorf("%s %q, %s", response.Status, body, response.Header.Get("Cache-Control"))
	}
	if object, _ := s.stored(t, v.StoreKey()); object != nil {
		t.Error("it is stored")
	}
}
