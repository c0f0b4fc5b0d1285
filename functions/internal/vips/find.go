package vips

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
)

// Find returns the path of the shared library for this system. It looks at
// the file that PRIMROSE_LIBVIPS names, beside the executable, and in
// build/codecs of the working directory and its parents.
func Find() (string, error) {
	if file := os.Getenv("PRIMROSE_LIBVIPS"); file != "" {
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("PRIMROSE_LIBVIPS: %w", err)
		}
		return file, nil
	}
	if executable, err := os.Executable(); err == nil {
		if file, ok := first(filepath.Dir(executable), libraryName()); ok {
			return file, nil
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	installed := path.Join("build", "codecs", runtime.GOOS+"-"+runtime.GOARCH, "node_modules", "@img", "*", "lib", libraryName())
	for {
		if file, ok := first(dir, installed); ok {
			return file, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("libvips is not installed for %s/%s: run make codecs, or name the file in PRIMROSE_LIBVIPS", runtime.GOOS, runtime.GOARCH)
		}
		dir = parent
	}
}

func libraryName() string {
	if runtime.GOOS == "darwin" {
		return "libvips-cpp.*.dylib"
	}
	return "libvips-cpp.so.*"
}

// first returns the first file of dir that matches the pattern.
func first(dir, pattern string) (string, bool) {
	found, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil || len(found) == 0 {
		return "", false
	}
	return filepath.Join(dir, found[0]), true
}
