package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/vips"
)

const versionHelp = `Say which versions of Primrose, of its engine and of the codecs these are.

Usage: primrose version
`

func versionCommand(_ context.Context, args []string) error {
	if err := parse(newFlags("version", versionHelp), args); err != nil {
		return err
	}
	fmt.Printf("primrose %s, engine %s, %s %s/%s\n", revision(), engine.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	library, err := vips.Find()
	if err != nil {
		return err
	}
	fmt.Println(library)
	codecs := codecVersions(library)
	for _, name := range slices.Sorted(maps.Keys(codecs)) {
		fmt.Printf("  %-12s %s\n", name, codecs[name])
	}
	return nil
}

// revision is what the binary was built from, as far as it knows.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(unknown)"
}

// codecVersions reads the list that the library's package brings along. A
// library from elsewhere has none.
func codecVersions(library string) map[string]string {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(library), "..", "versions.json"))
	if err != nil {
		return nil
	}
	var versions map[string]string
	if json.Unmarshal(text, &versions) != nil {
		return nil
	}
	return versions
}
