// Package watch tells which files change.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// moment is how long changes are gathered: programs write a file in several
// steps, and many files one after another.
const moment = 150 * time.Millisecond

// Set is what is watched, by full paths.
type Set struct {
	Trees []string // folders with all that is in them, but for names that begin with a dot
	Files []string // whether they are there or not
}

// Watcher watches a [Set].
type Watcher struct {
	inner *fsnotify.Watcher
	set   Set
}

// Start begins to watch.
func (s Set) Start() (*Watcher, error) {
	inner, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, explain(err)
	}
	w := &Watcher{inner, s}
	for _, tree := range s.Trees {
		err = errors.Join(err, w.add(tree, func(string) {}))
		inner.Add(filepath.Dir(tree)) // tells when the tree is made anew, to whom it is open
	}
	for _, file := range s.Files {
		// Editors put a new file in the place of the old one, so that it is the folder that tells.
		err = errors.Join(err, inner.Add(filepath.Dir(file)))
	}
	if err != nil {
		return nil, errors.Join(explain(err), inner.Close())
	}
	return w, nil
}

// Run calls changed with the paths of files that were written, made, renamed or
// removed since Start, until ctx ends. A set's own path stands for anything in
// it.
func (w *Watcher) Run(ctx context.Context, changed func(paths []string)) error {
	defer w.inner.Close()
	paths := map[string]bool{}
	var due <-chan time.Time
	note := func(path string) {
		if len(paths) == 0 {
			due = time.After(moment)
		}
		paths[path] = true
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-w.inner.Events:
			if err := w.see(event, note); err != nil {
				return explain(err)
			}
		case err := <-w.inner.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return explain(err)
			}
			for _, path := range slices.Concat(w.set.Trees, w.set.Files) { // nobody knows what was missed
				note(path)
			}
		case <-due:
			changed(slices.Sorted(maps.Keys(paths)))
			clear(paths)
		}
	}
}

// explain adds what to do about a limit of Linux.
func explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("there are more folders than this system watches (see fs.inotify.max_user_watches and max_user_instances in sysctl): %w", err)
	}
	return err
}

// add watches a folder and those in it, and calls found for each file there. The
// folder itself may be a link to one; those in it are not followed.
func (w *Watcher) add(dir string, found func(path string)) error {
	dir += string(filepath.Separator)
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil: // from reading what is watched already
		case path != dir && hidden(path):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
			err = w.inner.Add(path)
		default:
			found(path)
		}
		if path != dir && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)) {
			return fs.SkipDir // closed to this user, or gone meanwhile
		}
		return err
	})
}

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// see notes what an event says of the files that matter.
func (w *Watcher) see(event fsnotify.Event, note func(path string)) error {
	path := event.Name
	switch {
	case event.Op == fsnotify.Chmod: // which indexers and virus scanners cause
	case slices.Contains(w.set.Files, path):
		note(path)
	case !slices.ContainsFunc(w.set.Trees, func(tree string) bool { return visible(path, tree) }):
	case event.Has(fsnotify.Create) && isFolder(path):
		// Files may have been put there before it was watched.
		if err := w.add(path, note); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	default:
		note(path)
	}
	return nil
}

// visible reports whether a path lies in a tree, and nothing of it is hidden.
func visible(path, tree string) bool {
	relative, err := filepath.Rel(tree, path)
	return err == nil && filepath.IsLocal(relative) &&
		!slices.ContainsFunc(strings.Split(relative, string(filepath.Separator)), func(name string) bool { return name != "." && hidden(name) })
}

func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}
