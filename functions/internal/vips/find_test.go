package vips

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	deep := filepath.Join(dir, "a", "b")
	must(t, os.MkdirAll(deep, 0o755))
	t.Chdir(deep)
	t.Setenv("PRIMROSE_LIBVIPS", "")
	if _, err := Find(); err == nil || !strings.Contains(err.Error(), "make codecs") {
		t.Errorf("without any library: %v", err)
	}

	name := strings.Replace(libraryName(), "*", "8.18.7", 1)
	installed := filepath.Join(dir, "build", "codecs", runtime.GOOS+"-"+runtime.GOARCH, "node_modules", "@img", "sharp-libvips", "lib", name)
	must(t, os.MkdirAll(filepath.Dir(installed), 0o755))
	must(t, os.WriteFile(installed, nil, 0o600))
	if got, err := Find(); got != installed || err != nil {
		t.Errorf("installed in a parent: found %q, %v", got, err)
	}

	named := filepath.Join(dir, "named.so")
	t.Setenv("PRIMROSE_LIBVIPS", named)
	if _, err := Find(); err == nil {
		t.Error("a file that is not there was found")
	}
	must(t, os.WriteFile(named, nil, 0o600))
	if got, err := Find(); got != named || err != nil {
		t.Errorf("named: found %q, %v", got, err)
	}
	if err := Open(named); err == nil || !strings.Contains(err.Error(), "already open") {
		t.Errorf("opening another library: %v", err)
	}
}
