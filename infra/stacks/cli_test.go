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
)

// What the command writes that everybody runs is what the goldens say, but for the hash of the
// functions' code, for which a stub stands in there.
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
	for _, file := range templates(t, dir, "") {
		golden, err := os.ReadFile(filepath.Join("testdata", filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		if got := indent(t, file); !bytes.Equal(masked(got), masked(golden)) {
			t.Errorf("%s differs from its golden, and not only in a hash", filepath.Base(file))
		}
	}
	checkAssets(t, dir)
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
