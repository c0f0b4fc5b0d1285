package stacks_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// What the command writes that everybody runs is what the goldens say, but for the hash of the
// image function's code, for which a stub stands in there; and the code is two files.
func TestTheCommandWritesTheGoldens(t *testing.T) {
	if *update {
		t.Skip("the goldens are being renewed")
	}
	dir := t.TempDir()
	cmd := exec.Command("npx", "--no", "--", "cdk", "synth", "--quiet", "--output", dir)
	cmd.Dir = root
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v (is `npm ci` done?)\n%s", cmd, err, said)
	}
	if bytes.Contains(said, []byte("end-of-life")) || bytes.Contains(said, []byte("[Warning")) {
		t.Errorf("%s warns:\n%s", cmd, said)
	}
	for _, stage := range config.Stages() {
		golden, err := os.ReadFile(filepath.Join("testdata", templateFile(stage)))
		if err != nil {
			t.Fatal(err)
		}
		if got := indent(t, filepath.Join(dir, templateFile(stage))); !bytes.Equal(masked(got), masked(golden)) {
			t.Errorf("%s: the template differs from its golden, and not only in a hash", stage.Name)
		}
	}
	checkAsset(t, dir)
}

// hashes are those that follow from the function's code: its name in the bucket of assets, and the
// version's id.
var hashes = regexp.MustCompile(`[0-9a-f]{64}\.zip|(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}`)

func masked(template []byte) []byte {
	return hashes.ReplaceAll(template, []byte("${1}HASH"))
}

func checkAsset(t *testing.T, dir string) {
	t.Helper()
	assets, err := filepath.Glob(filepath.Join(dir, "asset.*"))
	if err != nil || len(assets) != 1 {
		t.Fatalf("assets: %q (%v), want one: all stages share an architecture", assets, err)
	}
	code, err := zip.OpenReader(assets[0])
	if err != nil {
		t.Fatal(err)
	}
	defer code.Close()
	var names []string
	for _, f := range code.File {
		names = append(names, f.Name)
	}
	if len(names) != 2 || !slices.Contains(names, "bootstrap") || !strings.HasPrefix(names[1], "libvips-cpp.so.") {
		t.Errorf("the function's code holds %q, want bootstrap and the codecs' library", names)
	}
}
