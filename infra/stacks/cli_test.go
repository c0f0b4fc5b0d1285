package stacks_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"primrose/infra/config"
)

// What the command writes that everybody runs is what the goldens say, but for the hash of the
// functions' code, for which a stub stands in there. On another architecture it differs from them in
// nothing else: so what is tried there is what is deployed here.
func TestTheCommandWritesTheGoldens(t *testing.T) {
	if *update {
		t.Skip("the goldens are being renewed")
	}
	for _, architecture := range []config.Architecture{config.ARM64, config.X86_64} {
		t.Run(string(architecture), func(t *testing.T) {
			dir := t.TempDir()
			var context []string
			if architecture != config.Default().Image.Architecture {
				context = []string{"--context", "architecture=" + string(architecture)}
			}
			runSynth(t, dir, context...)
			compareMasked(t, dir, architecture)
			checkAssets(t, dir)
		})
	}
}

// runSynth runs the command, which is to say nothing that anybody should heed.
func runSynth(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("npx", append([]string{"--no", "--", "cdk", "synth", "--quiet", "--output", dir}, args...)...)
	cmd.Dir = root
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v (is `npm ci` done?)\n%s", cmd, err, said)
	}
	if bytes.Contains(said, []byte("end-of-life")) || bytes.Contains(said, []byte("[Warning")) {
		t.Errorf("%s warns:\n%s", cmd, said)
	}
}

// compareMasked compares a folder's templates with the goldens as they would be on the architecture.
func compareMasked(t *testing.T, dir string, on config.Architecture) {
	t.Helper()
	usual := config.Default().Image.Architecture
	for _, file := range templates(t, dir, "") {
		golden, err := os.ReadFile(filepath.Join("testdata", filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		want := bytes.ReplaceAll(masked(golden), strconv.AppendQuote(nil, string(usual)), strconv.AppendQuote(nil, string(on)))
		if got := indent(t, file); !bytes.Equal(masked(got), want) {
			t.Errorf("%s differs from its golden, and not only in the architecture or a hash", filepath.Base(file))
		}
	}
}

// hashes are those that follow from the function's code: its name in the bucket of assets, and the
// version's id.
var hashes = regexp.MustCompile(`[0-9a-f]{64}\.zip|(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}`)

func masked(template []byte) []byte {
	return hashes.ReplaceAll(template, []byte("${1}HASH"))
}

// checkAssets looks into the functions' code. All stages share an architecture, so there is one
// zip of each function.
func checkAssets(t *testing.T, dir string) {
	t.Helper()
	assets, err := filepath.Glob(filepath.Join(dir, "asset.*"))
	if err != nil {
		t.Fatal(err)
	}
	var contents []string
	for _, asset := range assets {
		code, err := zip.OpenReader(asset)
		if err != nil {
			t.Fatal(err)
		}
		defer code.Close()
		var names []string
		for _, f := range code.File {
			top, _, _ := strings.Cut(f.Name, "/")
			names = append(names, top)
		}
		contents = append(contents, strings.Join(slices.Compact(names), " "))
	}
	same(t, "assets", contents, []string{"bootstrap", "bootstrap libvips-cpp.so.8.18.7 fonts"})
}
