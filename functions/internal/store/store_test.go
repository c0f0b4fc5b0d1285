package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"primrose/functions/internal/s3test"
)

// subject is a store under test, and how objects come into it.
type subject struct {
	Reader
	put       func(t *testing.T, key string, meta Meta, body []byte)
	keepsMeta bool
}

var subjects = map[string]func(t *testing.T) subject{
	"Folder": folder,
	"Disk":   func(t *testing.T) subject { return writable(disk(t, t.TempDir())) },
	"S3":     func(t *testing.T) subject { return writable(bucket(t)) },
}

func writable(s Store) subject {
	return subject{s, func(t *testing.T, key string, meta Meta, body []byte) {
		t.Helper()
		if err := s.Put(t.Context(), key, meta, body); err != nil {
			t.Fatalf("Put(%q): %v", key, err)
		}
	}, true}
}

func disk(t *testing.T, dir string) *Disk {
	t.Helper()
	d, err := OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func bucket(t *testing.T) *S3 {
	t.Helper()
	s3test.Setenv(t)
	client, err := NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return NewS3(client, s3test.Bucket(t))
}

// folder is written to as its owner would: with files, each newer than the last.
func folder(t *testing.T) subject {
	dir := t.TempDir()
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	return subject{f, func(t *testing.T, key string, _ Meta, body []byte) {
		t.Helper()
		now = now.Add(time.Second)
		name := filepath.Join(dir, key)
		err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, body, 0o600), os.Chtimes(name, now, now))
		if err != nil {
			t.Fatal(err)
		}
	}, false}
}

// long returns a key of n bytes whose segments are at most 200 long.
func long(n int) string {
	key := []byte(strings.Repeat("k", n))
	for i := 200; i < n-1; i += 201 {
		key[i] = '/'
	}
	return string(key)
}

var oddKeys = []string{
	"rose.jpg", "a/b/c.jpg", "rose.jpg/-/ar=16_9,w=300", "a b.jpg", "a+b.jpg", "100%.jpg", "100%25.jpg",
	"it's(1)!*.jpg", `say "hi".jpg`, "<script>.jpg", "a=b&c;d,e@f:g$h.jpg", "a?b#c.jpg", `a\b.jpg`, "a~b.jpg",
	"café.jpg", "cafe\u0301.jpg", "장미.jpg", "🌹.jpg", " ", long(1024),
}

func TestStores(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(subjects)) {
		t.Run(name, func(t *testing.T) {
			t.Run("keys", func(t *testing.T) { testKeys(t, subjects[name](t)) })
			t.Run("missing", func(t *testing.T) { testMissing(t, subjects[name](t)) })
			t.Run("replace", func(t *testing.T) { testReplace(t, subjects[name](t)) })
			t.Run("sizes", func(t *testing.T) { testSizes(t, subjects[name](t)) })
			t.Run("canceled", func(t *testing.T) { testCanceled(t, subjects[name](t)) })
		})
	}
}

// testKeys stores a different body under every odd key before it reads the
// first: no two keys are ever taken for one.
func testKeys(t *testing.T, s subject) {
	meta := Meta{
		ContentType: "image/webp", CacheControl: "public, max-age=5", Disposition: `attachment; filename="_.jpg"; filename*=UTF-8''%EC%9E%A5.jpg`,
		User: map[string]string{"etag": `"x"`, "cache-tag": "abc"},
	}
	for _, key := range oddKeys {
		s.put(t, key+".o", meta, []byte("body of "+key))
	}
	for _, key := range oddKeys {
		object, body := get(t, s, key+".o")
		if string(body) != "body of "+key {
			t.Errorf("%q holds %q", key, body)
		}
		if s.keepsMeta && !reflect.DeepEqual(object.Meta, meta) {
			t.Errorf("%q: metadata is %+v, want %+v", key, object.Meta, meta)
		}
	}
}

func testMissing(t *testing.T, s subject) {
	s.put(t, "dir/rose.jpg", Meta{}, []byte("rose"))
	for _, key := range []string{"nothing.jpg", "dir", "di", "dir/rose", "dir/rose.jpg.", "Dir/nothing", strings.Repeat("n", 300), long(1024)} {
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrNotExist) {
			t.Errorf("Get(%q) = %v, want ErrNotExist", key, err)
		}
	}
}

func testReplace(t *testing.T, s subject) {
	s.put(t, "rose.jpg", Meta{}, []byte("first"))
	first, _ := get(t, s, "rose.jpg")
	again, _ := get(t, s, "rose.jpg")
	s.put(t, "rose.jpg", Meta{}, []byte("other"))
	other, body := get(t, s, "rose.jpg")
	if string(body) != "other" {
		t.Errorf("after a replacement: %q", body)
	}
	if first.ETag != again.ETag || first.ETag == other.ETag {
		t.Errorf("ETags are %s, %s unchanged and %s replaced", first.ETag, again.ETag, other.ETag)
	}
	if len(first.ETag) < 3 || first.ETag[0] != '"' || first.ETag[len(first.ETag)-1] != '"' {
		t.Errorf("%s is no strong ETag", first.ETag)
	}
}

func testSizes(t *testing.T, s subject) {
	for _, n := range []int{0, 1, 4095, 4096, 5 << 20} {
		key := fmt.Sprintf("%d.bin", n)
		want := bytes.Repeat([]byte{7}, n)
		s.put(t, key, Meta{}, want)
		object, body := get(t, s, key)
		if object.Size != int64(n) || !bytes.Equal(body, want) {
			t.Errorf("%s: size %d, %d bytes read", key, object.Size, len(body))
		}
	}
}

func testCanceled(t *testing.T, s subject) {
	s.put(t, "rose.jpg", Meta{}, []byte("rose"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, "rose.jpg"); !errors.Is(err, context.Canceled) {
		t.Errorf("Get = %v, want context.Canceled", err)
	}
}

func get(t *testing.T, s Reader, key string) (*Object, []byte) {
	t.Helper()
	object, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	body, err := io.ReadAll(object.Body)
	if err = errors.Join(err, object.Body.Close()); err != nil {
		t.Fatalf("reading %q: %v", key, err)
	}
	return object, body
}

func TestCatalogs(t *testing.T) {
	for _, name := range []string{"Folder", "S3"} {
		t.Run(name, func(t *testing.T) {
			s := subjects[name](t)
			catalog := s.Reader.(Catalog)
			for _, key := range []string{"b.jpg", "a.jpg", "a/z.jpg", "a/b.jpg"} {
				s.put(t, key, Meta{}, []byte(key))
			}
			if keys, err := catalog.Keys(t.Context(), "", 2); err != nil || len(keys) != 2 {
				t.Errorf("Keys(2) = %q, %v", keys, err)
			}
			if keys, err := catalog.Keys(t.Context(), "a", 2); err != nil || !slices.Contains(keys, "a/b.jpg") {
				t.Errorf("Keys behind what is no key = %q, %v", keys, err)
			}
			var all []string
			for after := ""; ; after = all[len(all)-1] {
				keys, err := catalog.Keys(t.Context(), after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(keys) == 0 {
					break
				}
				all = append(all, keys...)
			}
			slices.Sort(all) // a folder's order is another than a bucket's
			if !slices.Equal(all, []string{"a.jpg", "a/b.jpg", "a/z.jpg", "b.jpg"}) {
				t.Errorf("page by page, Keys are %q", all)
			}
			object, _ := get(t, s, "b.jpg")
			if tag, err := catalog.ETag(t.Context(), "b.jpg"); err != nil || tag != object.ETag {
				t.Errorf("ETag = %s, %v; Get says %s", tag, err, object.ETag)
			}
			if _, err := catalog.ETag(t.Context(), "none.jpg"); !errors.Is(err, ErrNotExist) {
				t.Errorf("ETag of nothing = %v, want ErrNotExist", err)
			}
		})
	}
}

// TestPutIsAtomic reads while others replace: every reader sees one writer's
// object, whole.
func TestPutIsAtomic(t *testing.T) {
	for name, s := range map[string]Store{"Disk": disk(t, t.TempDir()), "S3": bucket(t)} {
		t.Run(name, func(t *testing.T) {
			put := func(letter byte) {
				meta := Meta{User: map[string]string{"letter": string(letter)}}
				if err := s.Put(t.Context(), "rose.jpg", meta, bytes.Repeat([]byte{letter}, 100_000)); err != nil {
					t.Error(err)
				}
			}
			put('a')
			var writers sync.WaitGroup
			for _, letter := range []byte("abcd") {
				writers.Go(func() {
					for range 20 {
						put(letter)
					}
				})
			}
			for range 50 {
				object, body := get(t, s, "rose.jpg")
				if want := strings.Repeat(object.User["letter"], 100_000); string(body) != want {
					t.Errorf("letter %q with %d bytes of %q…", object.User["letter"], len(body), body[:1])
				}
			}
			writers.Wait()
		})
	}
}
