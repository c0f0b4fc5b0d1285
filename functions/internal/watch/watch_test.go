package watch

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each step says what it does to the folder, and what is told of it at least;
// what is never told is in the end told by nothing.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	write := func(name string) error { return os.WriteFile(path(name), []byte(name), 0o600) }
	for _, folder := range []string{"tree/old", "tree/.git", "tree/closed", "conf"} {
		if err := os.MkdirAll(path(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	told := make(chan []string)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	watcher, err := Set{Trees: []string{path("tree")}, Files: []string{path("conf/presets")}}.Start()
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- watcher.Run(ctx, func(paths []string) { told <- paths }) }()

	all := map[string]bool{}
	for _, step := range []struct {
		name string
		do   func() error
		told string
	}{
		{"a new file", func() error { return write("tree/a.jpg") }, "tree/a.jpg"},
		{"a file in a folder", func() error { return write("tree/old/b.jpg") }, "tree/old/b.jpg"},
		{"a file in a new folder in a new folder", func() error {
			return errors.Join(os.MkdirAll(path("tree/new/er"), 0o700), write("tree/new/er/c.jpg"))
		}, "tree/new/er/c.jpg"},
		{"a file in a folder that was new", func() error { return write("tree/new/d.jpg") }, "tree/new/d.jpg"},
		{"a renamed file", func() error { return os.Rename(path("tree/a.jpg"), path("tree/e.jpg")) }, "tree/a.jpg tree/e.jpg"},
		{"a removed file", func() error { return os.Remove(path("tree/e.jpg")) }, "tree/e.jpg"},
		{"a replaced setting beside others", func() error {
			return errors.Join(write("conf/other"), write("conf/presets~"), os.Rename(path("conf/presets~"), path("conf/presets")))
		}, "conf/presets"},
		{"a file in a tree that is made anew", func() error {
			return errors.Join(os.Rename(path("tree"), path("gone")), os.MkdirAll(path("tree/.git"), 0o700), write("tree/f.jpg"))
		}, "tree/f.jpg"},
		{"what is hidden, and what isn't", func() error {
			return errors.Join(write("tree/.git/HEAD"), write("tree/.a.jpg.part"), write("tree/last.jpg"))
		}, "tree/last.jpg"},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		missing := map[string]bool{}
		for name := range strings.FieldsSeq(step.told) {
			missing[path(name)] = true
		}
		for len(missing) > 0 {
			for _, name := range <-told { // the test's own deadline ends a wait for nothing
				delete(missing, name)
				all[name] = true
			}
		}
	}
	for name := range all {
		if strings.Contains(name, "/.") || strings.HasSuffix(name, "other") || strings.Contains(name, "gone") || strings.HasSuffix(name, "~") {
			t.Errorf("%s is told, among %q", name, slices.Sorted(maps.Keys(all)))
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The folder may be a link, as some people's pictures are.
func TestLinkedTree(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "real", "old"), 0o700), os.Symlink("real", link), os.Symlink(".", filepath.Join(dir, "real", "loop"))); err != nil {
		t.Fatal(err)
	}
	watcher, err := Set{Trees: []string{link}}.Start()
	if err != nil {
		t.Fatal(err)
	}
	rose := filepath.Join(link, "old", "rose.jpg")
	if err := os.WriteFile(rose, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var told []string
	if err := watcher.Run(ctx, func(paths []string) { told = paths; cancel() }); err != nil || !slices.Equal(told, []string{rose}) {
		t.Errorf("%v: it tells of %q", err, told)
	}
}

func TestStartNowhere(t *testing.T) {
	_, err := Set{Trees: []string{filepath.Join(t.TempDir(), "none")}}.Start()
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there gives %v", err)
	}
}
