package browser

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/tooltest"
)

var (
	update = flag.Bool("update", false, "write the pictures of docs/playground anew")
	shots  = flag.String("shots", "", "`folder` to put pictures of the page into, for those who want to see it")
)

// errand is what a script is sent for.
type errand struct {
	URL       string `json:"url"` // of the page
	Chromium  string `json:"chromium"`
	Folder    string `json:"folder"`              // for pictures of the page
	Originals string `json:"originals,omitempty"` // the folder, if it may be written into
	Key       string `json:"key,omitempty"`       // to type into the page
}

// outcome is what a scenario led to.
type outcome struct {
	Name   string
	Result json.RawMessage
	Wrong  []string
	Ms     int
}

// run has a script play its scenarios and reports what went wrong. It returns
// what each of them found.
func run(t *testing.T, script string, e errand) map[string]json.RawMessage {
	t.Helper()
	t.Setenv("FONTCONFIG_FILE", fonts(t)) // Chromium's, so that the page is laid out alike on every machine
	e.Chromium, e.Folder = chromium(t), folder(t)
	var all []outcome
	tooltest.Node(t, "testdata/"+script, e, &all)
	if len(all) == 0 {
		t.Fatal("there are no scenarios")
	}
	found := map[string]json.RawMessage{}
	for _, o := range all {
		t.Run(o.Name, func(t *testing.T) {
			t.Logf("%d ms", o.Ms)
			if len(o.Wrong) > 0 {
				t.Error(strings.Join(o.Wrong, "\n"))
			}
		})
		found[o.Name] = o.Result
	}
	return found
}

func chromium(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not on the PATH; install Debian's package chromium (apt-get install chromium)")
	}
	return program
}

// fonts is the configuration that knows the repository's own fonts, and no others.
func fonts(t *testing.T) string {
	t.Helper()
	file, err := filepath.Abs("../../../build/fonts/fonts.conf")
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		t.Fatalf("%v: run make codecs", err)
	}
	return file
}

// folder is where pictures go: what failed can be looked at there.
func folder(t *testing.T) string {
	t.Helper()
	dir := *shots
	if dir == "" {
		dir = t.ArtifactDir()
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The page over the sample photos, which are served to anybody.
func TestOpen(t *testing.T) {
	address := "http://" + tooltest.Primrose(t)
	compare(t, address, run(t, "open.mjs", errand{URL: address + "/"}))
}

// The page of a service that wants signatures.
func TestSigned(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "signed.mjs", errand{URL: "http://" + tooltest.Primrose(t, "--sign-key", key.ID+"="+file) + "/"})
}

// Whoever edits an original sees it on the page when he saves it.
func TestWatched(t *testing.T) {
	originals := t.TempDir()
	address := tooltest.Primrose(t, "--originals", originals, "--watch")
	run(t, "watched.mjs", errand{URL: "http://" + address + "/", Originals: originals})
}
