package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"primrose/infra/config"
)

const root = "../.."

// made is the bill of this repository, of everything as it ships by default.
var made = sync.OnceValues(func() (*bill, error) {
	dir, err := os.MkdirTemp("", "primrose-sbom-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	command := filepath.Join(dir, "primrose")
	build := exec.Command("go", "build", "-trimpath", "-o", command, "./cmd/primrose")
	build.Dir = filepath.Join(root, "functions")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return read(root, command, config.ARM64)
})

func madeBill(t *testing.T) *bill {
	t.Helper()
	b, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The bill is what CycloneDX's own schema wants, and the same bytes each time. (That bundles are the
// same bytes, a test of theirs shows.)
func TestBillIsValid(t *testing.T) {
	schema := compiled(t)
	text := encoded(t, madeBill(t))
	if err := schema.Validate(parsed(t, text)); err != nil {
		t.Error(err)
	}
	if again := encoded(t, madeBill(t)); !bytes.Equal(text, again) {
		t.Error("the same bill is spelled in two ways")
	}
	for _, broken := range [][2]string{
		{`"specVersion": "1.6"`, `"specVersion": 1.6`},
		{`"id": "Apache-2.0"`, `"id": "Apache Licence"`},
		{`"urn:uuid:`, `"`},
	} {
		text := strings.Replace(string(text), broken[0], broken[1], 1)
		if err := schema.Validate(parsed(t, []byte(text))); err == nil {
			t.Errorf("%s is valid in the place of %s", broken[1], broken[0])
		}
	}
}

func encoded(t *testing.T, b *bill) []byte {
	t.Helper()
	text, err := encode(b.document())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// compiled is the schema that comes with CycloneDX's library, with what it refers to.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	modules, err := moduleFolders(root, "-m", "github.com/CycloneDX/cyclonedx-go")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(modules["github.com/CycloneDX/cyclonedx-go"].Dir, "schema")
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, file := range map[string]string{
		"bom-1.6.schema.json":  "bom-1.6.schema.json",
		"spdx.schema.json":     "spdx.schema.json",
		"jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("http://cyclonedx.org/schema/"+name, parsed(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// What is somebody else's and ships has an address to look it up by, and a licence; and what only
// builds is in nothing that is deployed.
func TestEverythingThatShipsIsKnown(t *testing.T) {
	b := madeBill(t)
	for _, c := range b.components {
		if c.Type == cdx.ComponentTypeLibrary && (c.PackageURL == "" || c.Version == "" || c.Licenses == nil) {
			t.Errorf("%s: no address, version or licence", c.BOMRef)
		}
	}
	for ref, needs := range b.needs {
		for need := range needs {
			c, ok := b.components[need]
			if !ok {
				t.Errorf("%s needs %s, which is not listed", ref, need)
			}
			if c.Scope == cdx.ScopeExcluded && ref != tools && need != tools {
				t.Errorf("%s ships, and needs %s, which is excluded", ref, need)
			}
		}
	}
}

// The modules are those that the functions' go.mod pins, and the codecs those that their package lists.
func TestVersionsAreThePinnedOnes(t *testing.T) {
	b := madeBill(t)
	pins, err := os.ReadFile(filepath.Join(root, "functions", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for _, pin := range regexp.MustCompile(`(?m)^\t(\S+) v(\S+)`).FindAllStringSubmatch(string(pins), -1) {
		linked["pkg:golang/"+pin[1]+"@v"+pin[2]] = true
	}
	shipped := 0
	for ref, c := range b.components {
		if !strings.HasPrefix(ref, "pkg:golang/") || c.Scope == cdx.ScopeExcluded || c.Name == "std" {
			continue
		}
		shipped++
		if !linked[ref] {
			t.Errorf("%s ships, and functions/go.mod does not pin it", ref)
		}
	}
	if shipped < 10 {
		t.Errorf("%d modules ship: too few to be true", shipped)
	}

	var versions map[string]string
	text, err := os.ReadFile(filepath.Join(root, "build/codecs/linux-arm64/node_modules/@img/sharp-libvips-linux-arm64/versions.json"))
	if err != nil || json.Unmarshal(text, &versions) != nil {
		t.Fatal("no versions of the codecs: ", err)
	}
	var got, want []string
	for ref := range b.needs[packageOf(t, b, "image-arm64")] {
		got = append(got, b.components[ref].Version)
	}
	for _, version := range versions {
		want = append(want, version)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(got) < 20 {
		t.Errorf("codecs of versions %q, want %q", got, want)
	}
	for ref := range b.needs["purge-arm64"] {
		if strings.HasPrefix(ref, "pkg:npm/") {
			t.Errorf("the purge function needs %s, and touches no image", ref)
		}
	}
}

// packageOf is the npm package of the codecs that a function needs.
func packageOf(t *testing.T, b *bill, function string) string {
	t.Helper()
	for ref := range b.needs[function] {
		if strings.HasPrefix(ref, "pkg:npm/%40img/") {
			return ref
		}
	}
	t.Fatalf("%s needs no codecs", function)
	return ""
}
