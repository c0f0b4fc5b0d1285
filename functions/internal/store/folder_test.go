package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"primrose/functions/internal/problem"
)

func TestFolderStaysInside(t *testing.T) {
	outside := t.TempDir()
	dir := t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(outside, "secret.jpg"), []byte("secret"), 0o600),
		os.Symlink(filepath.Join(outside, "secret.jpg"), filepath.Join(dir, "link.jpg")),
		os.Symlink(outside, filepath.Join(dir, "links")),
		os.Symlink("loop.jpg", filepath.Join(dir, "loop.jpg")),
		syscall.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o600),
		os.WriteFile(filepath.Join(dir, ".hidden.jpg"), nil, 0o600),
		os.WriteFile(filepath.Join(dir, "seen.jpg"), nil, 0o600),
		os.Mkdir(filepath.Join(dir, "closed"), 0), // but not to root
	)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"link.jpg", "links/secret.jpg", "loop.jpg", "pipe.jpg", "../" + filepath.Base(outside) + "/secret.jpg",
		"", "/", ".", "..", "./seen.jpg", "/seen.jpg", "seen.jpg/", "seen.jpg/x", "x/../seen.jpg", "seen.jpg\x00",
	} {
		if _, err := folder.Get(t.Context(), key); !errors.Is(err, ErrNotExist) {
			t.Errorf("Get(%q) = %v, want ErrNotExist", key, err)
		}
	}
	if keys, err := folder.Keys(t.Context(), "", 10); err != nil || !slices.Equal(keys, []string{"seen.jpg"}) {
		t.Errorf("Keys = %q, %v", keys, err)
	}
}

// TestFolderReplaced: what generates the originals may do so in a new folder.
func TestFolderReplaced(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "originals")
	generate := func() {
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "rose.jpg"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	generate()
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Get(t.Context(), "rose.jpg"); problem.Of(err).Code != problem.StoreUnavailable {
		t.Errorf("Get without the folder = %v, want it to be unavailable", err)
	}
	generate()
	get(t, folder, "rose.jpg")
	if keys, err := folder.Keys(t.Context(), "", 10); err != nil || !slices.Equal(keys, []string{"rose.jpg"}) {
		t.Errorf("Keys of the new folder = %q, %v", keys, err)
	}
}

func TestOpenFolderNeedsIt(t *testing.T) {
	if _, err := OpenFolder(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenFolder = %v", err)
	}
}

func TestFileErrors(t *testing.T) {
	failure := fileError(&os.PathError{Op: "open", Path: "/private/rose.jpg", Err: syscall.EIO})
	if p := problem.Of(failure); p.Code != problem.StoreUnavailable || !errors.Is(failure, syscall.EIO) {
		t.Errorf("a failing folder is %v", failure)
	}
}
