package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The versions are those of the library that is loaded, and of the modules that are pinned.
func TestVersions(t *testing.T) {
	out, err := primrose(t, "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var got versions
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if vips := got.Codecs["vips"]; vips == "" || !strings.Contains(got.Library, vips) {
		t.Errorf("libvips %q, want that of %s", vips, got.Library)
	}
	pins, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := primrose(t, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range handling {
		pin := path + " " + got.Modules[path]
		if got.Modules[path] == "" || !strings.Contains(string(pins), "\t"+pin+"\n") {
			t.Errorf("%s is not what go.mod pins", pin)
		}
		if got := strings.Join(strings.Fields(string(text)), " "); !strings.Contains(got, pin) {
			t.Errorf("version doesn't print %s:\n%s", pin, text)
		}
	}
}
