package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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

Usage: primrose version [flags]

  primrose version
  primrose version --json
`

// versions are those of all that this binary runs.
type versions struct {
	Primrose string            `json:"primrose"`
	Engine   string            `json:"engine"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Library  string            `json:"library"` // the codecs' file
	Codecs   map[string]string `json:"codecs"`
	Modules  map[string]string `json:"modules"`
}

// handling are the modules that handle what viewers and originals send. The others are listed in JSON.
var handling = []string{"github.com/aws/aws-sdk-go-v2", "github.com/ebitengine/purego", "golang.org/x/sys", "modernc.org/quickjs"}

func versionCommand(_ context.Context, args []string) error {
	flags := newFlags("version", versionHelp)
	asJSON := flags.Bool("json", false, "print JSON, with all modules")
	if err := parse(flags, args); err != nil {
		return err
	}
	v, err := readVersions()
	if err != nil {
		return err
	}
	if *asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(v)
	}
	v.print(os.Stdout)
	return nil
}

func (v versions) print(w io.Writer) {
	fmt.Fprintf(w, "primrose %s, engine %s, %s %s\n", v.Primrose, v.Engine, v.Go, v.Platform)
	for _, path := range handling {
		fmt.Fprintf(w, "  %-29s %s\n", path, v.Modules[path])
	}
	fmt.Fprintln(w, v.Library)
	for _, name := range slices.Sorted(maps.Keys(v.Codecs)) {
		fmt.Fprintf(w, "  %-13s %s\n", name, v.Codecs[name])
	}
}

// readVersions asks the binary itself, as far as it knows, and the library's package.
func readVersions() (versions, error) {
	v := versions{
		Primrose: "(unknown)",
		Engine:   engine.Version,
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Modules:  map[string]string{},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Primrose = info.Main.Version
		for _, m := range info.Deps {
			v.Modules[m.Path] = m.Version
		}
	}
	library, err := vips.Find()
	if err != nil {
		return v, err
	}
	v.Library, v.Codecs = library, codecVersions(library)
	return v, nil
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
