package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestDiskTellsKeysApart(t *testing.T) {
	d := disk(t, t.TempDir())
	keys := []string{"a", "A", "a/b", "a/", "/a", "..", "", "é", "e\u0301", string(bytes.Repeat([]byte("n"), 1024))}
	for i, key := range keys {
		if err := d.Put(t.Context(), key, Meta{}, []byte{byte(i)}); err != nil {
			t.Fatalf("Put(%q): %v", key, err)
		}
	}
	for i, key := range keys {
		if _, body := get(t, d, key); !bytes.Equal(body, []byte{byte(i)}) {
			t.Errorf("%q holds %v, want %d", key, body, i)
		}
	}
}

func TestDiskKeepsNothingPartial(t *testing.T) {
	dir := t.TempDir()
	d := disk(t, dir)
	if err := d.Put(t.Context(), "rose.jpg", Meta{}, []byte("rose")); err != nil {
		t.Fatal(err)
	}
	// A process that was killed while it wrote, and a file that lost its end.
	name := filepath.Join(dir, fileName("rose.jpg"))
	left := filepath.Join(dir, unfinished, "left")
	if err := errors.Join(os.WriteFile(left, []byte("ro"), 0o600), os.Truncate(name, 20)); err != nil {
		t.Fatal(err)
	}
	d = disk(t, dir)
	if _, err := d.Get(t.Context(), "rose.jpg"); !errors.Is(err, ErrNotExist) {
		t.Errorf("Get of a truncated file = %v, want ErrNotExist", err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	if err := d.Put(t.Context(), "rose.jpg", Meta{}, []byte("again")); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, d, "rose.jpg"); string(body) != "again" {
		t.Errorf("after mending: %q", body)
	}
}
