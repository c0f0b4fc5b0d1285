package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
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

// writeUntilKilled, in the environment, names the folder that this test
// binary writes objects to until its end.
const writeUntilKilled = "STORE_TEST_WRITE_UNTIL_KILLED"

func TestMain(m *testing.M) {
	dir := os.Getenv(writeUntilKilled)
	if dir == "" {
		os.Exit(m.Run())
	}
	d, err := OpenDisk(dir)
	for i := 0; err == nil; i++ {
		err = d.Put(context.Background(), fmt.Sprint(i%3), Meta{}, bytes.Repeat([]byte{byte(i)}, 1<<20))
	}
	panic(err)
}

// TestDiskKilled kills a process while it writes: each object is whole.
func TestDiskKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), writeUntilKilled+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := filepath.Join(dir, fileName("2"))
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(last); err == nil {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	d := disk(t, dir)
	for _, key := range []string{"0", "1", "2"} {
		_, body := get(t, d, key)
		if len(body) != 1<<20 || bytes.Count(body, body[:1]) != len(body) {
			t.Errorf("%s holds %d bytes, not all alike", key, len(body))
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

// TestDiskEmptied: who removes the folder to start afresh restarts nothing.
func TestDiskEmptied(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "variants")
	d := disk(t, dir)
	if err := errors.Join(d.Put(t.Context(), "rose.jpg", Meta{}, []byte("rose")), os.RemoveAll(dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get(t.Context(), "rose.jpg"); !errors.Is(err, ErrNotExist) {
		t.Errorf("Get of what was removed = %v, want ErrNotExist", err)
	}
	if err := d.Put(t.Context(), "rose.jpg", Meta{}, []byte("again")); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, d, "rose.jpg"); string(body) != "again" {
		t.Errorf("afterwards: %q", body)
	}
}

// FuzzReadObject: whatever a file holds, it is an object with all of its
// bytes, or none.
func FuzzReadObject(f *testing.F) {
	for _, seed := range []string{
		`{"Key":"rose.jpg","Size":4,"ETag":"\"x\"","Meta":{"ContentType":"image/jpeg"}}` + "\nrose",
		`{"Key":"rose.jpg","Size":5}` + "\nrose",
		`{"Key":"rose.jpg","Size":-9223372036854775808}` + "\n",
		`{"Key":"tulip.jpg","Size":5}` + "\ntulip",
		"rose", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		name := filepath.Join(t.TempDir(), "object")
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		object, err := readObject(file, "rose.jpg")
		if errors.Is(err, ErrNotExist) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(object.Body); err != nil || int64(len(body)) != object.Size || !bytes.HasSuffix(content, body) {
			t.Errorf("%q is an object of %d bytes, whose body is %q, %v", content, object.Size, body, err)
		}
	})
}
