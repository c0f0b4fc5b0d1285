package vips

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Find returns the path of the shared library for this system. It looks at
// the file that PRIMROSE_LIBVIPS names, beside the executable, and in
// build/codecs of the working directory and its parents.
func Find() (string, error) {
	installed := path.Join("build", "codecs", runtime.GOOS+"-"+runtime.GOARCH, "node_modules", "@img", "*", "lib", libraryName())
	file, err := find("PRIMROSE_LIBVIPS", libraryName(), installed)
	if err == nil && file == "" {
		err = fmt.Errorf("libvips is not installed for %s/%s: run make codecs, or name the file in PRIMROSE_LIBVIPS", runtime.GOOS, runtime.GOARCH)
	}
	return file, err
}

// FindFonts returns the path of the folder of fonts. It looks at the one that
// PRIMROSE_FONTS names, for fonts beside the executable, and for build/fonts in
// the working directory and its parents.
func FindFonts() (string, error) {
	folder, err := find("PRIMROSE_FONTS", path.Join("fonts", fontsConf), path.Join("build", "fonts", fontsConf))
	if err == nil && folder == "" {
		err = errors.New("the fonts are not installed: run make codecs, or name their folder in PRIMROSE_FONTS")
	}
	return strings.TrimSuffix(folder, string(filepath.Separator)+fontsConf), err
}

// find returns the path that a variable names, or the first file that matches a
// pattern beside the executable, or another one in the working directory or a
// parent of it. It is empty where there is none.
func find(variable, beside, installed string) (string, error) {
	if named := os.Getenv(variable); named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("%s: %w", variable, err)
		}
		return named, nil
	}
	if executable, err := os.Executable(); err == nil {
		if file, ok := first(filepath.Dir(executable), beside); ok {
			return file, nil
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if file, ok := first(dir, installed); ok {
			return file, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
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
